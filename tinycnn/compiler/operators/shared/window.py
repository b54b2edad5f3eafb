"""Windows that slide over rows and columns: strides, padding, output size."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.errors import InvalidModelError

__all__ = ["Extent", "Sides", "Window", "image_shape", "read_window"]
__all__ += ["same_padding", "window_output"]

Extent = tuple[int, int]
Sides = tuple[int, int, int, int]  # top, left, bottom, right


@dataclass(frozen=True, slots=True)
class Window:
    """A window that slides over an image.

    Attributes:
        size: Rows and columns of pixels that it reads.
        stride: Pixels from one window to the next.
        dilation: Pixels from one that it reads to the next.
        padding: Pixels around the image that it may reach.
    """

    size: Extent
    stride: Extent
    dilation: Extent
    padding: Sides


def image_shape(tensor: Tensor) -> tuple[int, int, int]:
    """Rows, columns and channels of one image."""
    _, rows, columns, channels = tensor.shape
    return rows, columns, channels


def read_window(raw: RawOp, window: Extent, dilation: Extent) -> tuple[Extent, Sides]:
    """Stride and padding in pixels of the operators whose fields 0-2 are those.

    Raises:
        InvalidModelError: If a size is not at least 1 or the padding is unknown.
    """
    stride = raw.int32(2), raw.int32(1)
    shape = raw.input(0).shape
    if len(shape) != 4 or min(*stride, *dilation, *window) < 1:
        raise InvalidModelError(
            f"{raw.label}: expected a 4-D input and window, stride and dilation of at "
            f"least 1, got {shape}, {window}, {stride}, {dilation}"
        )
    padding = raw.int8(0)
    if padding not in (0, 1):
        raise InvalidModelError(f"{raw.label}: expected padding 0 or 1, got {padding}")
    if padding == 1:
        return stride, (0, 0, 0, 0)
    (top, bottom), (left, right) = (
        same_padding(size, (w - 1) * d + 1, s)
        for size, w, d, s in zip(shape[1:3], window, dilation, stride, strict=True)
    )
    return stride, (top, left, bottom, right)


def window_output(
    node: Node,
    x: Tensor,
    window: Extent,
    dilation: Extent,
    stride: Extent,
    padding: Sides,
) -> Extent:
    """Rows and columns that a window yields.

    Raises:
        ModelError: If the input is not one 4-D image or is smaller than the window.
    """
    if len(x.shape) != 4 or x.shape[0] != 1:
        node.refuse(f"expected batch 1 of 4-D, got {x.shape}")
    rows, columns = (
        (size + before + after - ((w - 1) * d + 1)) // s + 1
        for size, before, after, w, d, s in zip(
            x.shape[1:3],
            padding[:2],
            padding[2:],
            window,
            dilation,
            stride,
            strict=True,
        )
    )
    if min(rows, columns) < 1:
        node.invalid(f"window {window} is larger than {x.shape}")
    return rows, columns


def same_padding(size: int, window: int, stride: int) -> Extent:
    """Pixels before and after, as TFLite's ComputePadding places them for SAME."""
    total = max((math.ceil(size / stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2

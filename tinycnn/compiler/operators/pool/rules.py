"""MAX_POOL_2D and AVERAGE_POOL_2D: what a file may say, and the portable kernels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.activation import read_clamp
from tinycnn.compiler.operators.shared.window import (
    Extent,
    Sides,
    Window,
    image_shape,
    read_window,
    window_output,
)

__all__ = [
    "PoolAttrs",
    "Walk",
    "check",
    "count_lanes",
    "count_pixels",
    "find_window",
    "lower",
    "lower_pool",
    "read",
    "walk_windows",
]


@dataclass(frozen=True, slots=True)
class PoolAttrs(ClampedAttrs):
    """Options: rows and columns of window and stride, padding."""

    window: Extent
    stride: Extent
    padding: Sides


@dataclass(frozen=True, slots=True)
class PoolParams(Params):
    """What all pooling kernels take: pool.h."""

    ctype = "tcnn_pool_params_t"
    input_height: int
    input_width: int
    channels: int
    output_height: int
    output_width: int
    window_height: int
    window_width: int
    stride_height: int
    stride_width: int
    pad_top: int
    pad_left: int
    clamp_min: int
    clamp_max: int


def read(raw: RawOp) -> PoolAttrs:
    """Their attributes."""
    window = raw.int32(4), raw.int32(3)
    stride, padding = read_window(raw, window, (1, 1))
    return PoolAttrs(window, stride, padding, clamp=read_clamp(raw, raw.int8(5)))


def find_window(node: Node) -> Window:
    """What slides over the input."""
    attrs = node.attrs(PoolAttrs)
    return Window(attrs.window, attrs.stride, (1, 1), attrs.padding)


def count_pixels(node: Node) -> int:
    """Steps of the inner loop: one a pixel of the window, for each output."""
    return node.output().size * math.prod(node.attrs(PoolAttrs).window)


def count_lanes(node: Node) -> int:
    """The same where fewer than four channels take as long as four."""
    channels = node.output().shape[3]
    return count_pixels(node) // channels * max(channels, 4)


def check(node: Node) -> None:
    """Input and output of one quantization, the output as large as windows give."""
    node.check_inputs(1)
    x, y, attrs = node.int8_input(), node.int8_output(), node.attrs(PoolAttrs)
    node.check_same_quant(x, y)
    size = window_output(node, x, attrs.window, (1, 1), attrs.stride, attrs.padding)
    node.check_output_shape((1, *size, x.shape[3]))


def lower(lowering: Lowering, node: Node) -> None:
    """The portable kernel of its name."""
    lower_pool(lowering, node, f"tcnn_{node.op.kind.lower()}_s8")


@dataclass(frozen=True, slots=True)
class Walk:
    """How windows slide, rows first; `padding` is before the first row and pixel."""

    image: Extent
    output: Extent
    window: Extent
    stride: Extent
    padding: Extent
    channels: int


def walk_windows(node: Node) -> Walk:
    """The walk; of images of one pixel a row, as if that were one row."""
    attrs = node.attrs(PoolAttrs)
    height, width, channels = image_shape(node.input())
    rows, columns, _ = image_shape(node.output())
    top, left, _, _ = attrs.padding
    image, output = (height, width), (rows, columns)
    window, stride = attrs.window, attrs.stride
    if width == columns == 1:
        image, output = image[::-1], output[::-1]
        window, stride = window[::-1], stride[::-1]
        top, left = left, top
    return Walk(image, output, window, stride, (top, left), channels)


def lower_pool(lowering: Lowering, node: Node, function: str) -> None:
    """Add the call of any pooling kernel."""
    walk, clamp = walk_windows(node), node.attrs(PoolAttrs).clamp
    params = PoolParams(
        *walk.image,
        walk.channels,
        *walk.output,
        *walk.window,
        *walk.stride,
        *walk.padding,
        *clamp,
    )
    lowering.call(node, function, params)

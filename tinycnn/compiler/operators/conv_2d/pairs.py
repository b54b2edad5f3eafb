"""CONV_2D by two pixels and four channels at a time: `tcnn_conv_2d_s8_dsp`.

Two windows are gathered side by side as 16-bit numbers; the inner loop takes two inputs
of both windows against four channels in 15 cycles for 16 multiplications.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.compiler.operators.shared.folded_channels import Integers, fold_channels
from tinycnn.compiler.operators.shared.lane_pairs import GROUP, fits_pairs, pack_groups
from tinycnn.compiler.operators.shared.window import image_shape
from tinycnn.compiler.operators.shared.windows import (
    find_window_memory,
    window_scratch,
)

__all__ = ["conv_pairs", "pairs_kernel"]


@dataclass(frozen=True, slots=True)
class PairsParams(Params):
    """What the kernel takes: conv_2d.h."""

    ctype = "tcnn_conv_2d_dsp_params_t"
    input_height: int
    input_width: int
    input_channels: int
    output_height: int
    output_width: int
    output_channels: int
    kernel_height: int
    kernel_width: int
    stride_height: int
    stride_width: int
    pad_top: int
    pad_left: int
    padded_width: int
    input_zero_point: int
    clamp_min: int
    clamp_max: int


def conv_pairs(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where its arithmetic is exact for `node`."""
    return pairs_kernel(node, axis=0)


def pairs_kernel(node: Node, *, axis: int) -> Kernel | None:
    """The same for weights whose output channels are that axis."""
    attrs, data = node.attrs(ConvAttrs), node.input(1).data
    assert data is not None
    filters = np.moveaxis(data, axis, 0).astype(np.int64)
    filters = filters.reshape(len(filters), *data.shape[1:3], -1)
    if filters.shape[3] != node.input().shape[3] or attrs.dilation != (1, 1):
        return None
    channels = fold_channels(node, axis=axis)
    weights = filters.reshape(len(filters), -1)
    if channels is None or not fits_pairs(weights, channels):
        return None
    stream = pack_groups(weights[:, _gather_order(_window_shape(node))], channels)

    def lower(lowering: Lowering, node: Node) -> None:
        packed = lowering.array(node, "weights", "int32_t", stream)
        constants = (packed, find_window_memory(lowering, node))
        lowering.call(node, "tcnn_conv_2d_s8_dsp", _find_params(node), *constants)

    return Kernel(
        function="tcnn_conv_2d_s8_dsp",
        cycles=_count_cycles(node),
        constant_bytes=4 * stream.size,
        scratch_bytes=window_scratch(_count_scratch(node)),
        lower=lower,
        code_bytes=3_000,
    )


def _window_shape(node: Node) -> tuple[int, int, int]:
    """Rows, columns and input channels of what an output is computed from."""
    _, rows, columns, _ = node.input(1).shape
    return rows, columns, node.input().shape[3]


def _gather_order(window: tuple[int, int, int]) -> Integers:
    """The window's elements as they lie in the kernel's buffer, by their number.

    A row of the window is cut in fours, of which elements 0 and 2 are a pair, then 1
    and 3; what is left of each row follows at the end.
    """
    rows, columns, depth = window
    elements = np.arange(rows * columns * depth).reshape(rows, -1)
    fours = columns * depth // 4 * 4
    quads = elements[:, :fours].reshape(-1, 4)[:, [0, 2, 1, 3]]
    return np.concatenate([quads.reshape(-1), elements[:, fours:].reshape(-1)])


def _find_params(node: Node) -> PairsParams:
    x, y, attrs = node.input(), node.output(), node.attrs(ConvAttrs)
    return PairsParams(
        *image_shape(x),
        *image_shape(y),
        *_window_shape(node)[:2],
        *attrs.stride,
        *attrs.padding[:2],
        _padded_width(node),
        x.zero_point,
        *attrs.clamp,
    )


def _padded_width(node: Node) -> int:
    """Pixels of a padded row of the input that windows reach; 0 without padding."""
    if not any(node.attrs(ConvAttrs).padding):
        return 0
    width, stride = node.output().shape[2], node.attrs(ConvAttrs).stride[1]
    return (width - 1) * stride + node.input(1).shape[2]


def _count_scratch(node: Node) -> int:
    """Both windows, and the padded rows of a window."""
    rows, columns, depth = _window_shape(node)
    windows = 4 * (rows * columns * depth + rows * columns * depth % 2)
    return windows + rows * _padded_width(node) * depth


def _count_cycles(node: Node) -> int:
    """Per pair of pixels: gathering, then the groups of channels; and the padding."""
    rows, columns, depth = _window_shape(node)
    y, inputs = node.output(), rows * columns * depth
    words = -(-inputs // 2)
    group = 15 * words + 6 * -(-words // 16) + 92
    gather = 110 + 17 * rows + 2.75 * inputs + 8 * rows * (columns * depth % 4)
    pairs = -(-y.shape[1] * y.shape[2] // 2)
    padding = 3 * node.input().size if _padded_width(node) else 0
    return int(pairs * (-(-y.shape[3] // GROUP) * group + gather) + padding)

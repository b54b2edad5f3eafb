"""CONV_2D by two pixels and four channels at a time: `tcnn_conv_2d_s8_dsp`.

Two windows are gathered side by side as 16-bit numbers; the inner loop takes two inputs
of both windows against four channels in 15 cycles for 16 multiplications.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel, keep_weights
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.compiler.operators.shared.folded_channels import Integers, fold_channels
from tinycnn.compiler.operators.shared.lane_pairs import (
    GROUP,
    check_pairs,
    pack_mixed_groups,
)
from tinycnn.compiler.operators.shared.pixel_pairs import (
    count_pair,
    gather_order,
    window_words,
)
from tinycnn.compiler.operators.shared.window import image_shape
from tinycnn.compiler.operators.shared.windows import (
    find_window_memory,
    window_scratch,
)

__all__ = ["conv_pairs", "conv_wide_pairs", "pairs_kernel", "wide_pairs_kernel"]


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
    kept_words: int


def conv_pairs(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where its arithmetic is exact for `node`."""
    return pairs_kernel(node, axis=0)


def conv_wide_pairs(node: Node, numerics: Numerics) -> Kernel | None:
    """The same for two neighbours as one pixel, where that is faster."""
    return wide_pairs_kernel(node, axis=0)


def pairs_kernel(node: Node, *, axis: int) -> Kernel | None:
    """The kernel for weights whose output channels are that axis."""
    return _find_kernel(node, axis, width=1) if _suits(node, axis) else None


def wide_pairs_kernel(node: Node, *, axis: int) -> Kernel | None:
    """The same by pixels of two or four neighbours, where that is faster.

    The window of the wider pixel is that of all of them; each has the others' weights
    as 0. That pays where windows are small: fewer are gathered, and channels that do
    not fill a group are fewer.
    """
    if not _suits(node, axis):
        return None
    cycles = {
        width: _count_cycles(_find_params(node, width), mixed=0)
        for width in (1, 2, 4)
        if node.output().shape[2] % width == 0
    }
    best = min(cycles, key=cycles.__getitem__)
    return _find_kernel(node, axis, best) if best > 1 else None


def _suits(node: Node, axis: int) -> bool:
    """Whether each output reads all input channels, side by side."""
    shape = node.input(1).shape
    depth = shape[3] if axis == 0 else 1
    return depth == node.input().shape[3] and node.attrs(ConvAttrs).dilation == (1, 1)


def _find_kernel(node: Node, axis: int, width: int) -> Kernel:
    """The kernel for pixels of `width` neighbours."""
    attrs, data = node.attrs(ConvAttrs), node.input(1).data
    assert data is not None
    filters = np.moveaxis(data, axis, 0).astype(np.int64)
    channels = fold_channels(node, axis=axis)
    flat = filters.reshape(len(filters), -1)
    check_pairs(flat, channels)
    params = _find_params(node, width)
    filters = filters.reshape(len(filters), *data.shape[1:3], params.input_channels)
    wide = _widen(filters, width, attrs.stride[1])
    run = params.kernel_width * params.input_channels
    order = gather_order(rows=params.kernel_height, run=run)
    channels = channels.repeat(width)
    check_pairs(wide, channels)
    stream, fixed = pack_mixed_groups(wide[:, order], channels, attrs.clamp)
    mixed = -(-params.output_channels // GROUP) - fixed

    def build(kept_words: int) -> Kernel:
        def lower(lowering: Lowering, node: Node) -> None:
            packed = lowering.array(node, "weights", "int32_t", stream)
            constants = (packed, find_window_memory(lowering, node))
            kept = replace(params, kept_words=kept_words)
            lowering.call(node, "tcnn_conv_2d_s8_dsp", kept, *constants)

        scratch = _count_scratch(params)
        return Kernel(
            function="tcnn_conv_2d_s8_dsp",
            cycles=_count_cycles(params, mixed),
            constant_bytes=4 * stream.size,
            scratch_bytes=scratch if kept_words else window_scratch(scratch),
            lower=lower,
            code_bytes=3_000,
            flash_reads=_count_pairs(params) * stream.size,
        )

    return keep_weights(build, stream.size)


def _widen(filters: Integers, width: int, stride: int) -> Integers:
    """Weights of `width` neighbours, each for the window of all: (channels, inputs)."""
    side = stride * (width - 1)
    wide = [
        np.pad(filters, ((0, 0), (0, 0), (stride * i, side - stride * i), (0, 0)))
        for i in range(width)
    ]
    return np.concatenate(wide).reshape(width * len(filters), -1)


def _find_params(node: Node, width: int) -> PairsParams:
    """For pixels of `width` neighbours."""
    x, y, attrs = node.input(), node.output(), node.attrs(ConvAttrs)
    _, rows, columns, _ = node.input(1).shape
    stride, padding = attrs.stride, attrs.padding
    (height, breadth, depth), outputs = image_shape(x), y.shape[1:3]
    if (rows, columns) == stride == (1, 1) and not any(padding):
        height, breadth = 1, height * breadth  # all is one row
        outputs = (height, breadth)
    reach = (outputs[1] - 1) * stride[1] + columns
    return PairsParams(
        height,
        breadth,
        depth,
        outputs[0],
        outputs[1] // width,
        y.shape[3] * width,
        rows,
        columns + stride[1] * (width - 1),
        stride[0],
        stride[1] * width,
        *padding[:2],
        reach if any(padding) else 0,
        x.zero_point,
        *attrs.clamp,
        kept_words=0,
    )


def _count_scratch(params: PairsParams) -> int:
    """Both windows, and the padded rows of a window."""
    run = params.kernel_width * params.input_channels
    row_bytes = params.padded_width * params.input_channels
    return 4 * window_words(params.kernel_height, run) + (
        params.kernel_height * row_bytes
    )


def _count_cycles(params: PairsParams, mixed: int) -> int:
    """Per pair of pixels: gathering, then the groups of channels; and the padding.

    Args:
        params: Of the kernel.
        mixed: How many groups of channels round twice.
    """
    run = params.kernel_width * params.input_channels
    pair = count_pair(params.kernel_height, run, params.output_channels, mixed)
    image = params.input_height * params.input_width * params.input_channels
    return _count_pairs(params) * pair + (2 * image if params.padded_width else 0)


def _count_pairs(params: PairsParams) -> int:
    """Of pixels; each reads all weights."""
    return -(-params.output_height * params.output_width // 2)

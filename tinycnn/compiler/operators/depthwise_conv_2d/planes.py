"""DEPTHWISE_CONV_2D of any window: `tcnn_depthwise_conv_2d_planes_s8_dsp`.

Channels are gathered into planes of 16-bit numbers; the inner loop takes two columns of
a window for each of four outputs in 8 cycles, or 7 where windows are more than a column
apart, for 8 multiplications at most. `plane_tables` says what is where.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel, KernelRule
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Int32Constants, Params
from tinycnn.compiler.operators.depthwise_conv_2d.plane_tables import (
    Blocks,
    PlaneLine,
    lay_out_blocks,
)
from tinycnn.compiler.operators.shared.convolution import ConvAttrs, convolution_window
from tinycnn.compiler.operators.shared.fixed_shift import fix_shift, own_scale
from tinycnn.compiler.operators.shared.folded_channels import (
    FoldedChannels,
    Integers,
    fold_channels,
)
from tinycnn.compiler.operators.shared.window import Extent, Window
from tinycnn.compiler.operators.shared.windows import (
    STACK_BYTES,
    WindowShape,
    find_window_memory,
    fold_starts,
    window_scratch,
)

__all__ = ["PLANES", "find_turned_shape"]

_FUNCTION = "tcnn_depthwise_conv_2d_planes_s8_dsp"
_CHANNELS = 2  # that are gathered at once
_STAGED_BYTES = 2048  # of scratch memory, where rows may be cut


@dataclass(frozen=True, slots=True)
class PlanesParams(Params):
    """What the kernel takes: depthwise_conv_2d.h."""

    ctype = "tcnn_depthwise_planes_params_t"
    input_channels: int
    depth_multiplier: int
    input_zero_point: int
    clamp_min: int
    clamp_max: int
    input_bytes: int
    output_bytes: int
    row_bytes: int
    output_step: int
    dilation_height: int
    is_staged: int
    kind: int
    loop: int
    lines: int
    line_fours: int
    line_words: int
    filter_words: int
    plane_words: int
    row_words: int
    plane_step: int
    skip: int
    tap_step: int
    word_step: int
    row_step: int
    blocks: int
    tables: Int32Constants


def depthwise_planes(rows_at_once: int) -> KernelRule:
    """The rule for the kernel with so many rows of outputs a block.

    0: as much of a row as fits the stack, which is 4 outputs at least.
    """

    def rule(node: Node, numerics: Numerics) -> Kernel | None:
        channels = fold_channels(node, axis=3, shifts_left=True)
        shape, filters = _crop(find_turned_shape(node), node)
        is_wanted = rows_at_once <= 1 or shape.output_height > rows_at_once // 2
        if not is_wanted or shape.input_channels < _CHANNELS:
            return None
        blocks = _find_blocks(shape, rows_at_once)
        params = _find_params(shape, blocks)
        table = _pack(node, filters, shape, channels)

        def lower(lowering: Lowering, node: Node) -> None:
            weights = lowering.array(node, "weights", "int32_t", table)
            tables = lowering.array(node, "tables", "int32_t", np.array(blocks.table))
            found = _find_params(shape, blocks, tables)
            memory = find_window_memory(lowering, node)
            lowering.call(node, _FUNCTION, found, weights, memory)

        return Kernel(
            function=_FUNCTION,
            cycles=_count_cycles(params, blocks),
            constant_bytes=4 * (table.size + len(blocks.table)),
            scratch_bytes=window_scratch(_count_scratch(shape, blocks)),
            lower=lower,
            code_bytes=3_000,
        )

    return rule


PLANES = tuple(depthwise_planes(rows) for rows in (0, 1, 2, 3, 4, 8, 16, 64))


def find_turned_shape(node: Node) -> WindowShape:
    """The node's, a column made a row."""
    (image, outputs), window = _turn_column(node)
    return WindowShape(
        *image,
        node.input().shape[3],
        *outputs,
        node.output().shape[3],
        *window.size,
        *window.stride,
        *window.dilation,
        *window.padding[:2],
        node.input().zero_point,
        *node.attrs(ConvAttrs).clamp,
    )


def _turn_column(node: Node) -> tuple[tuple[Extent, Extent], Window]:
    """Rows and columns of input and output, and the window; a column made a row."""
    x, y, window = node.input().shape, node.output().shape, convolution_window(node)
    sizes = (x[1], x[2]), (y[1], y[2])
    if not x[2] == y[2] == window.size[1] == 1 or window.padding[1]:
        return sizes, window
    (top, _, bottom, _) = window.padding
    turned = Window(
        window.size[::-1],
        (1, window.stride[0]),
        (1, window.dilation[0]),
        (0, top, 0, bottom),
    )
    return (sizes[0][::-1], sizes[1][::-1]), turned


def _crop(p: WindowShape, node: Node) -> tuple[WindowShape, Integers]:
    """The window without taps that never meet the image, and its weights.

    Of shape (rows, columns, channels).
    """
    data = node.input(1).data
    assert data is not None
    filters = data.reshape(p.kernel_height, p.kernel_width, -1).astype(np.int64)
    tops = np.arange(p.output_height) * p.stride_height - p.pad_top
    lefts = np.arange(p.output_width) * p.stride_width - p.pad_left
    rows = _find_met(tops, p.kernel_height, p.dilation_height, p.input_height)
    columns = _find_met(lefts, p.kernel_width, p.dilation_width, p.input_width)
    cropped = replace(
        p,
        kernel_height=len(rows),
        kernel_width=len(columns),
        pad_top=p.pad_top - rows.start * p.dilation_height,
        pad_left=p.pad_left - columns.start * p.dilation_width,
    )
    return cropped, filters[rows.start : rows.stop, columns.start : columns.stop]


def _find_met(starts: Integers, taps: int, dilation: int, size: int) -> range:
    """Taps of which some place is inside an image so large; one at least."""
    places = starts[:, None] + np.arange(taps) * dilation
    met = np.flatnonzero(np.any((places >= 0) & (places < size), axis=0))
    return range(met[0], met[-1] + 1) if met.size else range(1)


def _is_staged(p: WindowShape) -> bool:
    """Whether outputs may not be written over inputs of the same channels."""
    sizes = p.output_height * p.output_width, p.input_height * p.input_width
    return p.output_channels > p.input_channels or sizes[0] > sizes[1]


def _find_blocks(p: WindowShape, rows_at_once: int) -> Blocks:
    """Of so many rows, but that where one is too long to stage it is cut."""
    width, step = p.output_width, 4 * p.dilation_width
    if rows_at_once > 1:
        return lay_out_blocks(p, min(rows_at_once, p.output_height), width)
    room = STACK_BYTES if rows_at_once == 0 else _STAGED_BYTES * _is_staged(p)
    blocks = lay_out_blocks(p, 1, width)
    for columns in range((width - 1) // step * step, 0, -step):
        if not room or _count_scratch(p, blocks) <= room:
            break
        blocks = lay_out_blocks(p, 1, columns)
    return blocks


def _count_scratch(p: WindowShape, blocks: Blocks) -> int:
    """A filter, two planes, and what is staged."""
    words = p.kernel_height * blocks.line.lines * blocks.line.weights + 2
    return 4 * (words + _CHANNELS * blocks.plane) + blocks.largest * _is_staged(p)


def _find_params(p: WindowShape, blocks: Blocks, tables: str = "") -> PlanesParams:
    line = PlaneLine.of(p)
    tap_step = p.dilation_width * p.input_channels
    row_bytes = p.output_width * p.output_channels
    return PlanesParams(
        p.input_channels,
        p.output_channels // p.input_channels,
        p.input_zero_point,
        p.clamp_min,
        p.clamp_max,
        p.input_height * p.input_width * p.input_channels,
        p.output_height * row_bytes,
        row_bytes,
        p.dilation_width * p.output_channels,
        p.dilation_height,
        int(_is_staged(p)),
        line.kind,
        line.words // 2 if line.is_dense else 4 * line.words,
        p.kernel_height * line.lines,
        -(-line.words // 2),
        line.weights,
        p.kernel_height * line.lines * line.weights + 2,
        blocks.plane,
        line.lines * blocks.pitch,
        4 * p.stride_height * line.lines * blocks.pitch,
        4 * (blocks.pitch - line.words - (1 if line.is_dense else 3)),
        tap_step,
        tap_step * (2 if line.is_dense else p.stride_width),
        p.dilation_height * p.input_width * p.input_channels,
        blocks.count,
        tables,
    )


def _pack(
    node: Node, weights: Integers, p: WindowShape, channels: FoldedChannels
) -> Integers:
    """Constants and weights of each output channel, as words."""
    fours = _list_fours(weights, p) & 0xFF
    packed = fours[..., 0] | fours[..., 2] << 8 | fours[..., 1] << 16
    packed |= fours[..., 3] << 24
    data = node.input(1).data  # with the taps that meet padding only: so is the bias
    assert data is not None
    spread = 128 * np.abs(data.reshape(-1, data.shape[3]).astype(np.int64)).sum(axis=0)
    scale = own_scale(channels)
    fixed, once = fix_shift(channels, spread, node.attrs(ConvAttrs).clamp, scale)
    twice, left = channels.shift | 1 << 31, channels.left - 1 | 3 << 30
    constants = (
        2 * fold_starts(node, np.zeros(len(scale), np.int64)),
        np.where(once, fixed.multiplier, channels.multiplier),
        np.where(once, fixed.offset, channels.offset),
        np.where(once, scale - 1, np.where(channels.shift > 0, twice, left)),
    )
    table = np.concatenate([np.stack(constants, axis=1), packed], axis=1)
    return table.astype(np.uint32).astype(np.int32)


def _list_fours(weights: Integers, p: WindowShape) -> Integers:
    """Weights (rows, columns, channels) in fours of a line, by channels and words."""
    line = PlaneLine.of(p)
    taps = 4 * -(-line.words // 2)
    if line.is_dense:
        weights = _fill_up(weights, taps)
    else:  # pairs of columns, a stride apart
        stride, pairs = p.stride_width, taps // 2
        padded = _fill_up(weights, stride * pairs)
        apart = padded.reshape(len(weights), pairs, stride, -1)
        apart = np.pad(apart, ((0, 0), (0, 0), (0, stride % 2), (0, 0)))
        weights = apart.reshape(len(weights), pairs, -1, 2, weights.shape[2])
        weights = weights[:, :, : line.lines].transpose(0, 2, 1, 3, 4)
    flat = weights.reshape(-1, weights.shape[-1])
    return flat.T.reshape(flat.shape[1], -1, 4)


def _fill_up(weights: Integers, columns: int) -> Integers:
    """Weights (rows, columns, channels) of as many columns; the others are 0."""
    rest = max(columns - weights.shape[1], 0)
    return np.pad(weights, ((0, 0), (0, rest), (0, 0)))[:, :columns]


def _count_cycles(params: PlanesParams, blocks: Blocks) -> int:
    """Of each block: gathering, expanding weights, then its runs for each filter."""
    p = params
    filters = p.input_channels * p.depth_multiplier
    expand = 130 + p.lines * (12 + 14 * p.line_fours)
    clear = 1.7 * _CHANNELS * p.plane_words
    block = clear + filters * expand
    gather, runs = blocks.count_cycles()
    copied = 2.2 * p.output_bytes if p.is_staged else 0
    return int(
        blocks.count * block + gather * p.input_channels + filters * runs + copied
    )

"""DEPTHWISE_CONV_2D of any window: `tcnn_depthwise_conv_2d_planes_s8_dsp`.

Channels are gathered into planes of 16-bit numbers; the inner loop takes two columns of
a window for each of four outputs in 8 cycles, for 8 multiplications at most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel, KernelRule
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.convolution import ConvAttrs, convolution_window
from tinycnn.compiler.operators.shared.fixed_shift import fix_shift, own_scale
from tinycnn.compiler.operators.shared.folded_channels import (
    FoldedChannels,
    Integers,
    fold_channels,
)
from tinycnn.compiler.operators.shared.window import Extent, Window

__all__ = ["PLANES", "turn_column"]

_FUNCTION = "tcnn_depthwise_conv_2d_planes_s8_dsp"
_CHANNELS = 4  # that are gathered at once
_CONSTANTS = 6  # words of a channel


@dataclass(frozen=True, slots=True)
class PlanesParams(Params):
    """What the kernel takes: depthwise_conv_2d.h."""

    ctype = "tcnn_depthwise_planes_params_t"
    input_height: int
    input_width: int
    input_channels: int
    output_height: int
    output_width: int
    depth_multiplier: int
    kernel_height: int
    kernel_width: int
    stride_height: int
    stride_width: int
    dilation_height: int
    dilation_width: int
    pad_top: int
    pad_left: int
    input_zero_point: int
    clamp_min: int
    clamp_max: int
    rows_at_once: int


@dataclass(frozen=True, slots=True)
class _Layout:
    """The kernel's, by the same names.

    Attributes:
        words: Of a line, that weights and their neighbours fill.
        phases: Lines of a row.
        lines: Of a window.
        pitch: Words from line to line.
        rows: Of the input in a plane.
        columns: Of a row of outputs, in fours of each phase of outputs.
        table_words: Of an output channel's constants and weights.
    """

    words: int
    phases: int
    lines: int
    pitch: int
    rows: int
    columns: int
    table_words: int


def depthwise_planes(rows_at_once: int) -> KernelRule:
    """The rule for the kernel with so many rows of outputs a pass."""

    def rule(node: Node, numerics: Numerics) -> Kernel | None:
        channels = fold_channels(node, axis=3, shifts_left=True)
        sizes, window = turn_column(node)
        is_wanted = rows_at_once == 1 or (
            1 in (window.dilation[0], window.stride[1])
            and sizes[1][0] > rows_at_once // 2
        )
        if not is_wanted:
            return None
        layout = _lay_out(sizes[1], window, rows_at_once)
        params = _find_params(node, sizes, window, rows_at_once)

        def lower(lowering: Lowering, node: Node) -> None:
            constants = _pack(node, window, layout, channels)
            weights = lowering.array(node, "weights", "int32_t", constants)
            lowering.call(node, _FUNCTION, params, weights, lowering.scratch(node))

        return Kernel(
            function=_FUNCTION,
            cycles=_count_cycles(node, sizes, window, layout, rows_at_once),
            constant_bytes=4 * layout.table_words * node.output().shape[3],
            scratch_bytes=_count_scratch(node, layout, rows_at_once),
            lower=lower,
            code_bytes=2_000,
        )

    return rule


def _find_params(
    node: Node, sizes: tuple[Extent, Extent], window: Window, rows_at_once: int
) -> PlanesParams:
    """For images and a window of such sizes."""
    return PlanesParams(
        *sizes[0],
        node.input().shape[3],
        *sizes[1],
        node.output().shape[3] // node.input().shape[3],
        *window.size,
        *window.stride,
        *window.dilation,
        *window.padding[:2],
        node.input().zero_point,
        *node.attrs(ConvAttrs).clamp,
        rows_at_once,
    )


PLANES = tuple(depthwise_planes(rows) for rows in (1, 2, 4, 8, 16))


def turn_column(node: Node) -> tuple[tuple[Extent, Extent], Window]:
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


def _lay_out(output: Extent, window: Window, rows_at_once: int) -> _Layout:
    taps = -(-window.size[1] // window.stride[1])
    words, phases = taps // 2 + 1, min(window.stride[1], window.size[1])
    words += words % 2 if words > 4 else 0  # a loop of two
    outputs = -(-output[1] // window.dilation[1])
    rows = window.size[0]
    if rows_at_once > 1:
        rows = (rows - 1) * window.dilation[0] + 1
        rows += (rows_at_once - 1) * window.stride[0]
    return _Layout(
        words,
        phases,
        lines=window.size[0] * phases,
        pitch=-(-outputs // 4) * 2 + words - 1,
        rows=rows,
        columns=-(-outputs // 4) * 4 * window.dilation[1],
        table_words=_CONSTANTS + window.size[0] * phases * -(-words // 2),
    )


def _pack(
    node: Node, window: Window, layout: _Layout, channels: FoldedChannels
) -> Integers:
    """Constants and weights of each output channel, as words."""
    data = node.input(1).data
    assert data is not None
    rows, columns = window.size
    weights = data.reshape(rows, columns, -1).astype(np.int64)
    quads = -(-layout.words // 2)
    padded = np.zeros((rows, 4 * quads * window.stride[1], weights.shape[2]), np.int64)
    padded[:, :columns] = weights
    phases = padded.reshape(rows, 4 * quads, window.stride[1], -1)
    lines = phases.transpose(3, 0, 2, 1)[:, :, : layout.phases] & 0xFF
    lines = lines.reshape(len(lines), -1, 4)
    words = lines[..., 0] | lines[..., 2] << 8 | lines[..., 1] << 16
    words |= lines[..., 3] << 24
    spread = 128 * np.abs(weights).sum(axis=(0, 1))
    scale = own_scale(channels)
    fixed, once = fix_shift(channels, spread, node.attrs(ConvAttrs).clamp, scale)
    constants = (
        channels.bias,
        np.where(once, fixed.multiplier, channels.multiplier),
        np.where(once, fixed.offset, channels.offset),
        np.where(once, scale, channels.left),
        np.where(once, 0, channels.shift),
        (channels.shift > 0).astype(np.int64),
    )
    table = np.concatenate([np.stack(constants, axis=1), words], axis=1)
    return table.astype(np.uint32).astype(np.int32)


def _count_scratch(node: Node, layout: _Layout, rows_at_once: int) -> int:
    """Weights of a channel, planes of four channels, rows of the output."""
    staged = rows_at_once * layout.columns * node.output().shape[3]
    planes = _CHANNELS * layout.rows * layout.phases * layout.pitch
    return 4 * (2 * layout.lines * layout.words + 2 + planes) + staged


def _count_cycles(
    node: Node,
    sizes: tuple[Extent, Extent],
    window: Window,
    layout: _Layout,
    rows_at_once: int,
) -> int:
    """Per pass and phase of outputs: gathering, then the filters of each channel."""
    (height, width), output = sizes
    depth, filters = node.input().shape[3], node.output().shape[3]
    passes = -(-output[0] // rows_at_once)
    phases = min(window.dilation[1], output[1])
    rows = height if passes == 1 else passes * layout.rows - window.padding[0]
    values = min(-(-width // (layout.phases * phases)), 2 * layout.pitch)
    gather = depth * rows * layout.phases * (32 + 3.3 * values)
    if window.dilation[1] > 1:
        gather += passes * depth * 4 * layout.rows * layout.phases * layout.pitch
    expand = 20 + layout.lines * (8 + 21 * (layout.words + 1) // 2)
    quads = -(-output[1] // (4 * phases))
    loop = layout.words * 2 + 5 if layout.words > 4 else 0
    quad = 58 + layout.lines * (2 + 8 * layout.words + loop)
    channels = passes * (expand + 75) + output[0] * (22 + quads * quad)
    copied = output[0] * output[1] * filters * 2.2
    return int(phases * (gather + filters * channels) + copied)

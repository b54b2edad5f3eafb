"""Convolutions whose outputs of a row are convolved in parts: `parts.c` of conv_2d.

A part is an ordinary convolution of rows that are copied for all parts of the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from tinycnn.compiler.ir.graph import Clamp
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Int32Constants, Params
from tinycnn.compiler.operators.shared.folded_channels import FoldedChannels, Integers
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

__all__ = ["Copies", "Filters", "Part", "Phase", "parts_kernel"]

_FUNCTION = "tcnn_conv_2d_parts_s8_dsp"


@dataclass(frozen=True, slots=True)
class PartsParams(Params):
    """What the kernel takes: conv_2d.h."""

    ctype = "tcnn_conv_2d_parts_params_t"
    input_height: int
    input_width: int
    input_channels: int
    group_channels: int
    output_height: int
    output_row_bytes: int
    part_channels: int
    stride_height: int
    dilation_height: int
    pad_left: int
    planes: int
    plane_width: int
    row_phases: int
    row_parts: int
    window_words: int
    input_zero_point: int
    clamp_min: int
    clamp_max: int
    phases: Int32Constants
    parts: Int32Constants


@dataclass(frozen=True, slots=True)
class Copies:
    """How rows of the input are copied.

    Attributes:
        depth: Channels of a group.
        stride: Rows from a phase's row of the output to its next.
        dilation: Rows from tap to tap.
        pad: Columns before the input's.
        planes: That columns are dealt out to.
        width: Columns of each.
    """

    depth: int
    stride: int
    dilation: int
    pad: int
    planes: int
    width: int


@dataclass(frozen=True, slots=True, eq=False)
class Filters:
    """Those of a part.

    Attributes:
        weights: Of shape (channels, rows, columns, depth); none of these is 0.
        channels: Their biases and requantizations.
    """

    weights: Integers
    channels: FoldedChannels

    @property
    def rows(self) -> int:
        """Of the window."""
        return int(self.weights.shape[1])

    @property
    def run(self) -> int:
        """Elements of a row of the window."""
        return int(self.weights.shape[2] * self.weights.shape[3])


@dataclass(frozen=True, slots=True)
class Part:
    """Outputs of a row.

    Attributes:
        start: Bytes in the copied row before the first window.
        step: Bytes from window to window.
        filters: Their number.
        output: Byte in the output's row.
        distance: Bytes from pixel to pixel.
        count: Pixels.
    """

    start: int
    step: int
    filters: int
    output: int
    distance: int
    count: int


@dataclass(frozen=True, slots=True)
class Phase:
    """Rows of the output that are alike.

    Attributes:
        first: Row of the input where the first's windows begin.
        parts: As many as in every other phase, of windows of as many rows.
    """

    first: int
    parts: tuple[Part, ...]


def parts_kernel(
    node: Node,
    copies: Copies,
    filters: Sequence[Filters],
    phases: Sequence[Phase],
    clamp: Clamp,
) -> Kernel:
    """The kernel for a node with inputs in the order activation, weights, bias.

    Raises:
        NoKernelError: Where its arithmetic is not exact.
    """
    packed = [_pack(each, clamp) for each in filters]
    sizes = (stream.size for stream, _ in packed)
    begins = list(accumulate(sizes, initial=0))
    tables = _list_tables(filters, phases, begins)
    x, y = node.input(), node.output()
    words = max(window_words(each.rows, each.run) for each in filters)
    row_bytes = copies.planes * copies.width * x.shape[3]
    scratch = 4 * words + max(each.rows for each in filters) * row_bytes

    def lower(lowering: Lowering, node: Node) -> None:
        found, parts = (
            lowering.array(node, name, "int32_t", table)
            for name, table in zip(("phases", "parts"), tables, strict=True)
        )
        params = PartsParams(
            *image_shape(x),
            copies.depth,
            y.shape[1],
            y.shape[2] * y.shape[3],
            len(filters[0].weights),
            copies.stride,
            copies.dilation,
            copies.pad,
            copies.planes,
            copies.width,
            len(phases),
            len(phases[0].parts),
            words,
            x.zero_point,
            *clamp,
            found,
            parts,
        )
        stream = np.concatenate([stream for stream, _ in packed])
        weights = lowering.array(node, "weights", "int32_t", stream)
        memory = find_window_memory(lowering, node)
        lowering.call(node, _FUNCTION, params, weights, memory)

    return Kernel(
        function=_FUNCTION,
        cycles=_count_cycles(node, copies, filters, phases, [m for _, m in packed]),
        constant_bytes=4 * (begins[-1] + sum(table.size for table in tables)),
        scratch_bytes=window_scratch(scratch),
        lower=lower,
        code_bytes=3_000,
        flash_reads=_count_rows(node, phases, [stream.size for stream, _ in packed]),
    )


def _pack(filters: Filters, clamp: Clamp) -> tuple[Integers, int]:
    """The stream of weights, and how many groups of channels round twice."""
    flat = filters.weights.reshape(len(filters.weights), -1)
    check_pairs(flat, filters.channels)
    order = gather_order(filters.rows, filters.run)
    stream, fixed = pack_mixed_groups(flat[:, order], filters.channels, clamp)
    return stream, -(-len(flat) // GROUP) - fixed


def _list_tables(
    filters: Sequence[Filters], phases: Sequence[Phase], begins: list[int]
) -> tuple[Integers, Integers]:
    """The kernel's tables of phases and of parts."""
    rows: list[tuple[int, ...]] = []
    heads: list[tuple[int, ...]] = []
    for phase in phases:
        heads.append((phase.first, filters[phase.parts[0].filters].rows, len(rows)))
        rows += [
            (
                part.start,
                filters[part.filters].run,
                part.step,
                begins[part.filters],
                part.output,
                part.distance,
                part.count,
            )
            for part in phase.parts
        ]
    return np.array(heads), np.array(rows)


def _count_cycles(
    node: Node,
    copies: Copies,
    filters: Sequence[Filters],
    phases: Sequence[Phase],
    mixed: list[int],
) -> int:
    """Of the pairs of pixels, of each part, and of the rows that are copied."""
    pairs = [
        count_pair(each.rows, each.run, len(each.weights), count)
        for each, count in zip(filters, mixed, strict=True)
    ]
    depth = copies.depth
    pixel = 36 + 8 * (depth // 4) + (24 + 4 * (depth % 4) if depth % 4 else 0)
    pixels = copies.planes * copies.width * (node.input().shape[3] // depth)
    total = _count_rows(node, phases, pairs)
    for number, phase in enumerate(phases):
        taps = filters[phase.parts[0].filters].rows
        rows = len(range(number, node.output().shape[1], len(phases)))
        odd = sum(part.count % 2 for part in phase.parts)
        total += rows * (taps * (40 + pixels * pixel))
        total += rows * (150 * len(phase.parts) + 110 * odd)
    return total


def _count_rows(node: Node, phases: Sequence[Phase], each: list[int]) -> int:
    """What the pairs of pixels of all rows take, of so much for a pair by its filters.

    A last pixel is a pair with itself.
    """
    height = node.output().shape[1]
    return sum(
        len(range(number, height, len(phases)))
        * sum(-(-part.count // 2) * each[part.filters] for part in phase.parts)
        for number, phase in enumerate(phases)
    )

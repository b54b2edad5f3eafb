"""Pooling of four channels at a time: `tcnn_max_pool_2d_s8_dsp` and its twin.

Cycles are counted by rows of the output, windows at the left and right border, pixels,
and fours of channels: for each of these by rows of the window and their pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.pool.rules import Walk, lower_pool, walk_windows
from tinycnn.compiler.operators.shared.cycles import count_clamp_cycles

__all__ = ["average_pool_quads", "max_pool_quads"]

_FOUR = 4
_PIXEL = 4.5  # cycles of a window's pixel, of four channels or of fewer
_STORE_FEW = 14  # cycles more of fewer than four channels, which are stored one by one


@dataclass(frozen=True, slots=True)
class _Costs:
    """Cycles of four channels of a window.

    Attributes:
        two: Of 2 x 2 pixels.
        three: Of rows of three, without the rows.
        any: Of any others, likewise.
    """

    two: int
    three: int
    any: int


def max_pool_quads(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for largest values."""
    return _quads(node, "tcnn_max_pool_2d_s8_dsp", _Costs(18, 17, 23))


def average_pool_quads(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for means."""
    return _quads(node, "tcnn_average_pool_2d_s8_dsp", _Costs(30, 37, 70))


def _quads(node: Node, function: str, costs: _Costs) -> Kernel:
    def lower(lowering: Lowering, node: Node) -> None:
        lower_pool(lowering, node, function)

    walk = walk_windows(node)
    rows, columns = walk.output
    left, width = walk.padding[1], walk.image[1]
    lasts = (x * walk.stride[1] + walk.window[1] - left for x in range(columns))
    cut = sum(last < walk.window[1] or last > width for last in lasts)
    row = 300 + 150 * cut + columns * (5 + _count_pixel(walk, costs))
    return Kernel(
        function=function,
        cycles=int(rows * row) + count_clamp_cycles(node),
        constant_bytes=0,
        scratch_bytes=0,
        lower=lower,
    )


def _count_pixel(walk: Walk, costs: _Costs) -> float:
    """Of all channels of one pixel."""
    rows, columns = (min(w, i) for w, i in zip(walk.window, walk.image, strict=True))
    fours = -(-walk.channels // _FOUR)
    few = _STORE_FEW if walk.channels < _FOUR else 0
    if rows == columns == 2 and walk.image[1] > 2:
        return few + fours * costs.two
    if columns in (walk.image[1], 1):  # all is one run
        rows, columns = 1, rows * columns
    if columns == 3:
        return few + fours * (costs.three + 17 * rows)
    return few + fours * (costs.any + rows * (30 + _PIXEL * columns))

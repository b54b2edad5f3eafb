"""Pooling of four channels at a time: `tcnn_max_pool_2d_s8_dsp` and its twin."""

from __future__ import annotations

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.pool.rules import PoolAttrs, lower_pool

__all__ = ["average_pool_quads", "max_pool_quads"]

_MAX_WINDOW = 256  # pixels, of which sums fit 16 bits


def max_pool_quads(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for largest values."""
    rows, columns = node.attrs(PoolAttrs).window
    quad = 26 if rows == columns == 2 else rows * (columns * 10 + 8) + 12
    return _quads(node, "tcnn_max_pool_2d_s8_dsp", quad)


def average_pool_quads(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for means, of windows that are not too large."""
    rows, columns = node.attrs(PoolAttrs).window
    if rows * columns > _MAX_WINDOW:
        return None
    quad = 76 if rows == columns == 2 else rows * (columns * 7 + 13) + 60
    return _quads(node, "tcnn_average_pool_2d_s8_dsp", quad)


def _quads(node: Node, function: str, quad: int) -> Kernel:
    """`quad`: the cycles of four channels of a pixel."""
    _, height, width, depth = node.output().shape

    def lower(lowering: Lowering, node: Node) -> None:
        lower_pool(lowering, node, function)

    return Kernel(
        function=function,
        cycles=height * width * (-(-depth // 4) * quad + 58),
        constant_bytes=0,
        scratch_bytes=0,
        lower=lower,
    )

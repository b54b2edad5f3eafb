"""Pooling of four channels at a time: `tcnn_max_pool_2d_s8_dsp` and its twin."""

from __future__ import annotations

from tinycnn.compiler.kernels.kernel import Kernel
from tinycnn.compiler.lowering import Lowering
from tinycnn.compiler.numerics import Numerics
from tinycnn.compiler.operators import Node
from tinycnn.compiler.operators.pool import PoolAttrs, lower_pool

__all__ = ["average_pool_quads", "max_pool_quads"]

_MAX_WINDOW = 256  # pixels, of which sums fit 16 bits


def max_pool_quads(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for largest values."""
    return _quads(node, "tcnn_max_pool_2d_s8_dsp", per_tap=7, per_quad=24)


def average_pool_quads(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for means, of windows that are not too large."""
    rows, columns = node.attrs(PoolAttrs).window
    if rows * columns > _MAX_WINDOW:
        return None
    return _quads(node, "tcnn_average_pool_2d_s8_dsp", per_tap=9, per_quad=100)


def _quads(node: Node, function: str, *, per_tap: int, per_quad: int) -> Kernel:
    rows, columns = node.attrs(PoolAttrs).window
    _, height, width, depth = node.output().shape
    quad = rows * (columns * per_tap + 8) + per_quad

    def lower(lowering: Lowering, node: Node) -> None:
        lower_pool(lowering, node, function)

    return Kernel(
        function=function,
        cycles=height * width * (-(-depth // 4) * quad + 40),
        table_bytes=0,
        scratch_bytes=0,
        lower=lower,
    )

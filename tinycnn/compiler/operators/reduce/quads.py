"""Reductions of four neighbours at a time: `tcnn_mean_s8_dsp` and its kin."""

from __future__ import annotations

import math
from collections.abc import Callable

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel, KernelRule
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.reduce.loops import find_loops

__all__ = ["reduce_quads"]

_FOUR = 4


def reduce_quads(
    function: str,
    lower: Callable[[Lowering, Node, str], None],
    *,
    per_four: float,
    per_output: float,
) -> KernelRule:
    """The kernel, where kept elements are neighbours in memory.

    Args:
        function: The C function.
        lower: Adds a call of it.
        per_four: Cycles for four elements of the input.
        per_output: Cycles for four outputs, beside those.
    """

    def rule(node: Node, numerics: Numerics) -> Kernel | None:
        loops = find_loops(node)
        if loops.kept_stride[2] != 1 or loops.kept_size[2] < _FOUR:
            return None
        *outer, size = loops.kept_size
        quads = math.prod(outer) * -(-size // _FOUR)
        runs = math.prod(loops.reduced_size[:2])
        step = per_output + runs * (25 + per_four * loops.reduced_size[2])
        return Kernel(
            function=function,
            cycles=int(70 + quads * step),
            constant_bytes=0,
            scratch_bytes=0,
            lower=lambda lowering, node: lower(lowering, node, function),
            code_bytes=500,
        )

    return rule

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
_BYTES = 16  # cycles for four that are no neighbours


def reduce_quads(
    function: str,
    lower: Callable[[Lowering, Node, str], None],
    *,
    per_four: float,
    per_output: float,
) -> KernelRule:
    """The kernel of four neighbours, or one after the other where there are fewer.

    Args:
        function: The C function.
        lower: Adds a call of it.
        per_four: Cycles for four elements of the input.
        per_output: Cycles for four outputs, beside those.
    """

    def rule(node: Node, numerics: Numerics) -> Kernel | None:
        loops = find_loops(node)
        *outer, size = loops.kept_size
        *runs, length = loops.reduced_size
        if loops.kept_stride[2] == 1 and size >= _FOUR:
            groups, output, run = -(-size // _FOUR), per_output, per_four * length
        else:
            is_run = loops.reduced_stride[2] == 1
            fours = length // _FOUR * (per_four if is_run else _BYTES)
            groups, output = size, per_output + 35
            run = fours + 9 * (length % _FOUR)
        step = output + math.prod(runs) * (25 + run)
        return Kernel(
            function=function,
            cycles=int(70 + math.prod(outer) * (25 + groups * step)),
            constant_bytes=0,
            scratch_bytes=0,
            lower=lambda lowering, node: lower(lowering, node, function),
            code_bytes=500,
        )

    return rule

"""Copies by words where their bytes lie together: `tcnn_copy_s8_dsp`.

Input and output of a copy stay apart, so its loops may be in any order: the one that is
predicted to be fastest is taken.
"""

from __future__ import annotations

import math
from itertools import permutations

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel, KernelRule
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.copy import (
    Box,
    Copy,
    FindCopies,
    Loop,
    call_copy,
)

__all__ = ["copying_blocks"]

_FUNCTION = "tcnn_copy_s8_dsp"
_ONCE = Loop(1, 0, 0)
_SIZES = (4, 8, 12, 16, 24, 32, 48, 64)  # bytes of runs that it is compiled for


def copying_blocks(find: FindCopies) -> KernelRule:
    """The kernel for a node that is the copies which `find` says; always exact."""

    def rule(node: Node, numerics: Numerics) -> Kernel:
        copies = [(copy, _order(copy.box)) for copy in find(node)]

        def lower(lowering: Lowering, node: Node) -> None:
            for copy, box in copies:
                call_copy(lowering, node, _FUNCTION, copy, box)

        return Kernel(
            function=_FUNCTION,
            cycles=sum(_count_cycles(box) for _, box in copies),
            constant_bytes=_constant_bytes(node, [copy for copy, _ in copies]),
            scratch_bytes=0,
            lower=lower,
            code_bytes=690,
        )

    return rule


def _constant_bytes(node: Node, copies: list[Copy]) -> int:
    sources = (node.input(copy.source) for copy in copies)
    return sum(x.bytes for x in sources if x.data is not None)


def _order(box: Box) -> Box:
    """The same copy with its two innermost loops chosen."""
    box = box.merged()
    inner = permutations(range(len(box.loops)), min(2, len(box.loops)))
    orders = (
        (*(i for i in range(len(box.loops)) if i not in last), *last) for last in inner
    )
    boxes = [
        Box(tuple(box.loops[i] for i in order), box.input_offset, box.output_offset)
        for order in orders
    ]
    return min(boxes, key=_count_cycles)


def _count_cycles(box: Box) -> int:
    """Of one call; the figures are measured."""
    *outer, row, last = (_ONCE, _ONCE, *box.loops)
    planes = math.prod(loop.size for loop in outer)
    quads, rest = divmod(last.size, 4)
    if last.output_stride > 1:
        cycles = 30.0 + 23 * quads + 10 * rest
    elif last.input_stride == 1 and quads:
        cycles = _count_run(last.size) + quads * _stalls(box)
    else:
        cycles = 29.0 + 14.5 * quads + 7.5 * rest
    return round(100 + planes * (55 + row.size * cycles))


def _count_run(size: int) -> float:
    if size in _SIZES:
        return 8.0 + 0.53 * size + 8 * (size > 32)
    blocks, words = size // 32, size % 32 // 4
    cycles = 36 + 25 * blocks + 11 * (words >> 2) + 8.5 * (words >> 1 & 1)
    return cycles + 2 * (words & 1) + 10 * (size % 4 > 0)


def _stalls(box: Box) -> float:
    """Of loading a word, as far as words do not begin at multiples of four."""
    steps = [box.input_offset, *(loop.input_stride for loop in box.loops[:-1])]
    if any(step % 2 for step in steps):
        return 1.25
    return 0.5 if any(step % 4 for step in steps) else 0.0

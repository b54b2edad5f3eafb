"""REDUCE_MAX and REDUCE_MIN."""

from __future__ import annotations

from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.reduce.loops import (
    check_reduction,
    find_loops,
    read_reduction,
)
from tinycnn.compiler.operators.reduce.memory import ORDER
from tinycnn.compiler.operators.reduce.quads import reduce_quads
from tinycnn.compiler.operators.shared.cycles import cycles_by_step
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_by_input

__all__ = ["OPERATORS"]


def _check(node: Node) -> None:
    check_reduction(node)
    node.check_same_quant(node.input(), node.output())


def _lower(lowering: Lowering, node: Node) -> None:
    _call(lowering, node, f"tcnn_{node.op.kind.lower()}_s8")


def _call(lowering: Lowering, node: Node, function: str) -> None:
    lowering.call(node, function, find_loops(node))


def _extreme(kind: str, code: int) -> Operator:
    function = f"tcnn_{kind.lower()}_s8_dsp"
    return Operator(
        kind,
        code,
        read_reduction,
        _check,
        _lower,
        order=ORDER,
        count_cycles=cycles_by_step(12, 40, lambda node: node.input().size),
        kernels=(reduce_quads(function, _call, per_four=4.6, per_output=60),),
        count_possible=possible_by_input(1),
    )


OPERATORS = (_extreme("REDUCE_MAX", 82), _extreme("REDUCE_MIN", 89))

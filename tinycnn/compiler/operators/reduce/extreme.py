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
from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["OPERATORS"]


def _check(node: Node) -> None:
    check_reduction(node)
    node.check_same_quant(node.input(), node.output())


def _lower(lowering: Lowering, node: Node) -> None:
    function = f"tcnn_{node.op.kind.lower()}_s8"
    lowering.call(node, function, find_loops(node))


OPERATORS = (
    Operator("REDUCE_MAX", 82, read_reduction, _check, _lower, order=ORDER),
    Operator("REDUCE_MIN", 89, read_reduction, _check, _lower, order=ORDER),
)

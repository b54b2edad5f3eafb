"""SUM: a MEAN whose multiplier does not divide.

LiteRT's reference kernel reads and writes int8 as if it were uint8, so that its outputs
are no sums; TFLite Micro has it right.
"""

from __future__ import annotations

from tinycnn.compiler.arithmetic.numerics import (
    Multiplier,
    Numerics,
    quantize_multiplier,
)
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.reduce.loops import (
    check_reduction,
    read_reduction,
)
from tinycnn.compiler.operators.reduce.mean import (
    count_reduced,
    count_sum_cycles,
    lower_sums,
    sum_quads,
)
from tinycnn.compiler.operators.reduce.memory import ORDER
from tinycnn.compiler.operators.reduce.terms import break_down_by
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_by_input

__all__ = ["OPERATORS"]


def _check(node: Node) -> None:
    check_reduction(node)
    node.check_headroom(_multiplier(node), count_reduced(node) * 255)


def _check_numerics(node: Node, numerics: Numerics) -> None:
    if numerics == "litert":
        node.refuse(
            "LiteRT's reference takes int8 for uint8 in this operator",
            hint="use the numerics tflm",
        )


def _multiplier(node: Node) -> Multiplier:
    """Input scale / output scale."""
    return quantize_multiplier(node.input().scale / node.output().scale)


def _lower(lowering: Lowering, node: Node) -> None:
    lower_sums(lowering, node, _multiplier(node))


OPERATORS = (
    Operator(
        "SUM",
        74,
        read_reduction,
        _check,
        _lower,
        order=ORDER,
        check_numerics=_check_numerics,
        count_cycles=count_sum_cycles,
        kernels=(sum_quads(_multiplier),),
        break_down=break_down_by(_multiplier),
        count_possible=possible_by_input(1),
    ),
)

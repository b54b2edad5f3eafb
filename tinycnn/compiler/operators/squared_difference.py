"""SQUARED_DIFFERENCE of two tensors; one may be a constant."""

from __future__ import annotations

from tinycnn.compiler.arithmetic.numerics import Multiplier, quantize_multiplier
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.program import Param
from tinycnn.compiler.operators.shared.broadcast import (
    broadcast_params,
    check_broadcast,
    lower_binary,
)
from tinycnn.compiler.operators.shared.channel_rules import KEEP_APART
from tinycnn.compiler.operators.shared.cycles import cycles_by_output
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing

__all__ = ["OPERATORS"]

_LEFT_SHIFT = 7  # of both terms


def _check(node: Node) -> None:
    check_broadcast(node)
    _, _, output = _find_multipliers(node)
    if output.shift > 0:
        node.refuse(f"the output scale {node.int8_output().scale} is too small")


def _find_multipliers(node: Node) -> tuple[Multiplier, Multiplier, Multiplier]:
    """Those of both terms, to twice the larger of their scales, and of the square."""
    a, b, y = node.input(0), node.input(1), node.output()
    twice_largest = 2.0 * max(a.scale, b.scale)
    unit = (1 << 2 * _LEFT_SHIFT) * y.scale
    return (
        quantize_multiplier(a.scale / twice_largest),
        quantize_multiplier(b.scale / twice_largest),
        quantize_multiplier(twice_largest * twice_largest / unit),
    )


def _lower(lowering: Lowering, node: Node) -> None:
    names = ("input1", "input2", "output")
    tensors = (node.input(0), node.input(1), node.output())
    params: dict[str, Param] = {"broadcast": broadcast_params(node)}
    for name, tensor, multiplier in zip(
        names, tensors, _find_multipliers(node), strict=True
    ):
        params[f"{name}_zero_point"] = tensor.zero_point
        params[f"{name}_multiplier"] = multiplier.value
        params[f"{name}_shift"] = multiplier.shift
    function = "tcnn_squared_difference_s8"
    params_type = "tcnn_squared_difference_params_t"
    lower_binary(lowering, node, function, params_type, params)


OPERATORS = (
    Operator(
        "SQUARED_DIFFERENCE",
        99,
        read_nothing,
        _check,
        _lower,
        order=ELEMENTWISE,
        channels=KEEP_APART,
        count_cycles=cycles_by_output(60),
    ),
)

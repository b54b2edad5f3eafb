"""PRELU: a slope of its own for negative values of each channel, or each element."""

from __future__ import annotations

from tinycnn.compiler.arithmetic.numerics import (
    float32_multiplier,
    rescaling_multiplier,
)
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.program import Param
from tinycnn.compiler.operators.shared.broadcast import (
    broadcast_params,
    check_broadcast,
    lower_binary,
)
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing

__all__ = ["OPERATORS"]


def _check(node: Node) -> None:
    check_broadcast(node)
    x, alpha, y = node.input(0), node.input(1), node.int8_output()
    node.check_output_shape(x.shape)
    node.check_headroom(float32_multiplier(x.scale, 1.0, y.scale), 255)
    node.check_headroom(float32_multiplier(x.scale, alpha.scale, y.scale), 255 * 255)


def _lower(lowering: Lowering, node: Node) -> None:
    x, alpha, y = node.input(0), node.input(1), node.output()
    numerics = lowering.numerics
    multiplier = rescaling_multiplier(x.scale, 1.0, y.scale, numerics)
    alpha_multiplier = rescaling_multiplier(x.scale, alpha.scale, y.scale, numerics)
    params: dict[str, Param] = {
        "broadcast": broadcast_params(node),
        "input_zero_point": x.zero_point,
        "alpha_zero_point": alpha.zero_point,
        "output_zero_point": y.zero_point,
        "multiplier": multiplier.value,
        "shift": multiplier.shift,
        "alpha_multiplier": alpha_multiplier.value,
        "alpha_shift": alpha_multiplier.shift,
    }
    lower_binary(lowering, node, "tcnn_prelu_s8", "tcnn_prelu_params_t", params)


OPERATORS = (Operator("PRELU", 54, read_nothing, _check, _lower, order=ELEMENTWISE),)

"""MUL of two tensors; one may be a constant."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.arithmetic.numerics import (
    float32_multiplier,
    rescaling_multiplier,
)
from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.program import Param
from tinycnn.compiler.operators.shared.activation import (
    clamp_params,
    read_first_clamp,
)
from tinycnn.compiler.operators.shared.broadcast import (
    broadcast_params,
    check_broadcast,
    lower_binary,
)
from tinycnn.compiler.operators.shared.channel_rules import KEEP_APART
from tinycnn.compiler.operators.shared.folding import fold_binary
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["OPERATORS"]


def _check(node: Node) -> None:
    check_broadcast(node)
    a, b, y = node.input(0), node.input(1), node.int8_output()
    node.check_headroom(float32_multiplier(a.scale, b.scale, y.scale), 255 * 255)


def _lower(lowering: Lowering, node: Node) -> None:
    a, b, y = node.input(0), node.input(1), node.output()
    multiplier = rescaling_multiplier(a.scale, b.scale, y.scale, lowering.numerics)
    params: dict[str, Param] = {
        "broadcast": broadcast_params(node),
        "input1_zero_point": a.zero_point,
        "input2_zero_point": b.zero_point,
        "output_zero_point": y.zero_point,
        "multiplier": multiplier.value,
        "shift": multiplier.shift,
        **clamp_params(node.attrs(ClampedAttrs).clamp),
    }
    lower_binary(lowering, node, "tcnn_mul_s8", "tcnn_mul_params_t", params)


OPERATORS = (
    Operator(
        "MUL",
        18,
        read_first_clamp,
        _check,
        _lower,
        order=ELEMENTWISE,
        channels=KEEP_APART,
        fold=fold_binary(np.multiply, activates=True),
    ),
)

"""MUL of two tensors; one may be a constant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import (
    float32_multiplier,
    rescaling_multiplier,
)
from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.activation import (
    read_first_clamp,
)
from tinycnn.compiler.operators.shared.broadcast import (
    Broadcast,
    check_broadcast,
    find_broadcast,
    lower_binary,
)
from tinycnn.compiler.operators.shared.channel_rules import KEEP_APART
from tinycnn.compiler.operators.shared.folding import fold_binary
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["OPERATORS"]


@dataclass(frozen=True, slots=True)
class MulParams(Params):
    """What the kernel takes: mul.h."""

    ctype = "tcnn_mul_params_t"
    broadcast: Broadcast
    input1_zero_point: int
    input2_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int
    clamp_min: int
    clamp_max: int


def _check(node: Node) -> None:
    check_broadcast(node)
    a, b, y = node.input(0), node.input(1), node.int8_output()
    node.check_headroom(float32_multiplier(a.scale, b.scale, y.scale), 255 * 255)


def _lower(lowering: Lowering, node: Node) -> None:
    a, b, y = node.input(0), node.input(1), node.output()
    multiplier = rescaling_multiplier(a.scale, b.scale, y.scale, lowering.numerics)
    clamp_min, clamp_max = node.attrs(ClampedAttrs).clamp
    params = MulParams(
        broadcast=find_broadcast(node),
        input1_zero_point=a.zero_point,
        input2_zero_point=b.zero_point,
        output_zero_point=y.zero_point,
        multiplier=multiplier.value,
        shift=multiplier.shift,
        clamp_min=clamp_min,
        clamp_max=clamp_max,
    )
    lower_binary(lowering, node, "tcnn_mul_s8", params)


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
        options=21,
    ),
)

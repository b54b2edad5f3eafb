"""MAXIMUM and MINIMUM of two tensors; one may be a constant."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.broadcast import (
    broadcast_params,
    check_broadcast,
    lower_binary,
)
from tinycnn.compiler.operators.shared.channel_rules import KEEP_APART
from tinycnn.compiler.operators.shared.folding import fold_binary
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing

__all__ = ["OPERATORS"]


def _check(node: Node) -> None:
    check_broadcast(node)
    for number in (0, 1):
        node.check_same_quant(node.input(number), node.int8_output())


def _lower(lowering: Lowering, node: Node) -> None:
    function, params = f"tcnn_{node.op.kind.lower()}_s8", broadcast_params(node)
    lower_binary(lowering, node, function, "tcnn_broadcast_t", params)


OPERATORS = (
    Operator(
        "MAXIMUM",
        55,
        read_nothing,
        _check,
        _lower,
        order=ELEMENTWISE,
        channels=KEEP_APART,
        fold=fold_binary(np.maximum),
    ),
    Operator(
        "MINIMUM",
        57,
        read_nothing,
        _check,
        _lower,
        order=ELEMENTWISE,
        channels=KEEP_APART,
        fold=fold_binary(np.minimum),
    ),
)

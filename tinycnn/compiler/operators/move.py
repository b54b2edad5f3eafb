"""MOVE: a tensor at another place; no operator of TFLite, but one of memory plans.

Where each operator writes over the input of the one before, tensors wander down through
the arena; a move brings one back up, so that the arena need not be as long as the way.
"""

from __future__ import annotations

from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing

__all__ = ["OPERATORS"]


def _check(node: Node) -> None:
    node.check_inputs(1)
    x, y = node.int8_input(), node.int8_output()
    node.check_output_shape(x.shape)
    node.check_same_quant(x, y)


def _lower(lowering: Lowering, node: Node) -> None:
    params = {"size": node.output().size}
    lowering.call(node, "tcnn_move_s8", "tcnn_move_params_t", {**params})


OPERATORS = (Operator("MOVE", None, read_nothing, _check, _lower),)

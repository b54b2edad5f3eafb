"""MOVE: a tensor at another place; no operator of TFLite, but one of memory plans.

Where each operator writes over the input of the one before, tensors wander down through
the arena; a move brings one back up, so that the arena need not be as long as the way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.cycles import cycles_by_output
from tinycnn.compiler.operators.shared.memory_order import (
    LastReaders,
    MemoryOrder,
    Reads,
)
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing
from tinycnn.compiler.operators.shared.possible import possible_by_output

__all__ = ["OPERATORS"]


@dataclass(frozen=True, slots=True)
class MoveParams(Params):
    """What the kernel takes: move.h."""

    ctype = "tcnn_move_params_t"
    size: int


def _check(node: Node) -> None:
    node.check_inputs(1)
    x, y = node.int8_input(), node.int8_output()
    node.check_output_shape(x.shape)
    node.check_same_quant(x, y)


def _lower(lowering: Lowering, node: Node) -> None:
    lowering.call(node, "tcnn_move_s8", MoveParams(node.output().size))


def _last_readers(node: Node, x: Tensor) -> LastReaders:
    """A memmove copies between any two places."""
    return np.zeros(x.size, np.int64)


def _reads(node: Node, x: Tensor) -> Reads:
    """As if all were read before anything is written."""
    yield np.arange(x.size), np.zeros(x.size, np.int64)


OPERATORS = (
    Operator(
        "MOVE",
        None,
        read_nothing,
        _check,
        _lower,
        order=MemoryOrder(_last_readers, _reads),
        count_cycles=cycles_by_output(1),
        count_possible=possible_by_output(0.7),
    ),
)

"""MAXIMUM and MINIMUM of two tensors; one may be a constant."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import Clamp
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.broadcast import (
    binary_rows,
    check_broadcast,
    find_broadcast,
    lower_binary,
)
from tinycnn.compiler.operators.shared.channel_rules import KEEP_APART
from tinycnn.compiler.operators.shared.folding import fold_binary
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing
from tinycnn.compiler.operators.shared.possible import possible_by_output

__all__ = ["OPERATORS"]


def _check(node: Node) -> None:
    check_broadcast(node)
    for number in (0, 1):
        node.check_same_quant(node.input(number), node.int8_output())


def _lower(lowering: Lowering, node: Node) -> None:
    function = f"tcnn_{node.op.kind.lower()}_s8"
    lower_binary(lowering, node, function, find_broadcast(node))


def _find_limits(node: Node) -> Clamp | None:
    """What one constant leaves of the other input."""
    constants = [t.data for t in (node.input(0), node.input(1)) if t.data is not None]
    if len(constants) != 1 or constants[0].size != 1:
        return None
    value = int(constants[0].reshape(-1)[0])
    return (value, 127) if node.op.kind == "MAXIMUM" else (-128, value)


def _words(node: Node, numerics: Numerics) -> Kernel:
    """The kernel for DSP, of words."""
    function = f"tcnn_{node.op.kind.lower()}_s8_dsp"
    return binary_rows(node, function, lambda walk: walk, 12.5)


OPERATORS = (
    Operator(
        "MAXIMUM",
        55,
        read_nothing,
        _check,
        _lower,
        order=ELEMENTWISE,
        kernels=(_words,),
        channels=KEEP_APART,
        find_limits=_find_limits,
        fold=fold_binary(np.maximum),
        count_possible=possible_by_output(2),
    ),
    Operator(
        "MINIMUM",
        57,
        read_nothing,
        _check,
        _lower,
        order=ELEMENTWISE,
        kernels=(_words,),
        channels=KEEP_APART,
        find_limits=_find_limits,
        fold=fold_binary(np.minimum),
        count_possible=possible_by_output(2),
    ),
)

"""Computing operators on constants, on import: integers and data movement only."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.raw_op import RawOp

__all__ = [
    "FOLD_TO_SHAPE",
    "MAX_ELEMENTS",
    "Folding",
    "Values",
    "constant_values",
    "fold_binary",
    "whole_numbers",
]

MAX_ELEMENTS = 1 << 16  # of all inputs, and of all outputs, of an operator

Values = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Folding:
    """How an operator is computed, in TFLite's arithmetic.

    Attributes:
        evaluate: The values of the outputs; None if the operator must stay. Numpy's
            errors say that the constants contradict each other.
        moves: It only moves elements, so that they may be of any type.
        of_shape: The shape of its input is enough, so that this may be an activation.
    """

    evaluate: Callable[[RawOp], list[Values] | None]
    moves: bool = False
    of_shape: bool = False


def constant_values(op: RawOp, number: int = 0) -> Values:
    """A constant input."""
    data = op.input(number).data
    assert data is not None
    return data


def whole_numbers(op: RawOp, number: int) -> list[int]:
    """A constant input of integers, as a list."""
    return [int(v) for v in op.constant(number).reshape(-1)]


def fold_binary(
    function: Callable[[Values, Values], Values], *, activates: bool = False
) -> Folding:
    """Of an operator of two tensors, which broadcasting brings to one shape.

    Args:
        function: What it does with both.
        activates: Whether its first option is a fused activation.
    """

    def evaluate(op: RawOp) -> list[Values] | None:
        if activates and op.int8(0):
            return None
        a, b = constant_values(op, 0), constant_values(op, 1)
        size = math.prod(np.broadcast_shapes(a.shape, b.shape))
        return None if size > MAX_ELEMENTS else [np.asarray(function(a, b))]

    return Folding(evaluate)


def _as_declared(op: RawOp) -> list[Values]:
    return [constant_values(op).reshape(op.output.shape)]


FOLD_TO_SHAPE = Folding(_as_declared, moves=True)

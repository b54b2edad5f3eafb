"""Outputs of two operands taken apart."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.operators.shared.breakdown import Element, Position

__all__ = ["find_operand"]


def find_operand(element: Element, number: int) -> tuple[Position, int]:
    """Where the operand of an output element lies in an input, and its raw value."""
    values = element.value(number)
    aligned = element.position[len(element.position) - values.ndim :]
    pairs = zip(aligned, values.shape, strict=True)
    place = tuple(0 if size == 1 else index for index, size in pairs)
    return place, int(np.asarray(values)[place])

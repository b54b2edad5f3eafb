"""Operators that converters compute shapes with, known on constants only."""

from __future__ import annotations

import math

import numpy as np

from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.folding import (
    MAX_ELEMENTS,
    Folding,
    Values,
    constant_values,
    fold_binary,
    whole_numbers,
)
from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["OPERATORS"]


def _shape(op: RawOp) -> list[Values]:
    return [np.array(op.input(0).shape, op.output.dtype)]


def _gather(op: RawOp) -> list[Values] | None:
    if op.int32(1):
        return None
    indices = op.constant(1)
    if indices.size > MAX_ELEMENTS or np.any(indices < 0):
        raise ValueError(f"indices {indices.reshape(-1)[:8].tolist()}")
    return [constant_values(op).take(indices, op.int32(0))]


def _fill(op: RawOp) -> list[Values] | None:
    shape = whole_numbers(op, 0)
    if math.prod(shape) > MAX_ELEMENTS:
        return None
    return [np.full(shape, constant_values(op, 1).reshape(()))]


def _cast(op: RawOp) -> list[Values] | None:
    if op.input(0).dtype not in ("int32", "int64"):
        return None
    return [constant_values(op).astype(op.output.dtype)]


def _product(op: RawOp) -> list[Values]:
    axes, values = tuple(whole_numbers(op, 1)), constant_values(op)
    product = values.prod(axes, values.dtype, keepdims=bool(op.int8(0)))
    return [np.asarray(product)]


def _divide(a: Values, b: Values) -> Values:
    if np.any(b == 0):
        raise ZeroDivisionError("division by 0")
    return np.floor_divide(a, b)


OPERATORS = (
    Operator("SHAPE", 77, fold=Folding(_shape, of_shape=True)),
    Operator(
        "GATHER",
        36,
        fold=Folding(_gather, moves=True),
        options=23,
    ),
    Operator("FILL", 94, fold=Folding(_fill)),
    Operator("CAST", 53, fold=Folding(_cast)),
    Operator(
        "REDUCE_PROD",
        81,
        fold=Folding(_product),
        options=27,
    ),
    Operator("FLOOR_DIV", 90, fold=fold_binary(_divide)),
)

"""Operators on constants -> their values, computed on import.

Converters write the computation of a shape into the file (SHAPE, STRIDED_SLICE, PACK,
RESHAPE) when they do not know the batch. Shapes are fixed here, so such chains are
constants: each operator whose inputs are known gives way to its result. Integers and
data movement only, in TFLite's arithmetic; what cannot be computed stays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.operators.slice import SliceAttrs, read_slice, read_strided_slice
from tinycnn.compiler.reading.raw_op import RawOp
from tinycnn.errors import InvalidModelError

__all__ = ["FOLDABLE", "fold_shapes"]

_MAX_ELEMENTS = 1 << 16  # of all inputs, and of all outputs, of an operator
_INTEGERS = ("int32", "int64")

Values = NDArray[Any]


def fold_shapes(
    tensors: tuple[Tensor, ...], ops: list[RawOp]
) -> tuple[tuple[Tensor, ...], list[RawOp]]:
    """Tensors and operators after each computation on constants is done.

    Raises:
        ModelError: If such a computation contradicts itself.
    """
    known, rest = list(tensors), []
    for op in ops:
        now = replace(op, tensors=tuple(known))
        results = _evaluate(now)
        if results is None:
            rest.append(op)
            continue
        for tensor_id, values in zip(op.outputs, results, strict=True):
            values.flags.writeable = False
            shape = tuple(values.shape)
            known[tensor_id] = replace(known[tensor_id], shape=shape, data=values)
    final = tuple(known)
    return final, [replace(op, tensors=final) for op in rest]


def _evaluate(op: RawOp) -> list[Values] | None:
    """The values of the outputs; None if the operator must stay."""
    if op.kind not in _EVALUATORS or not _is_known(op):
        return None
    try:
        with np.errstate(over="ignore"):  # C's integers wrap
            results = _EVALUATORS[op.kind](op)
    except (ValueError, IndexError, OverflowError, ZeroDivisionError) as error:
        raise InvalidModelError(
            f"{op.label}: expected constants that it can compute with: {error}"
        ) from error
    if results is None or len(results) != len(op.outputs):
        return None
    outputs = [op.tensors[i] for i in op.outputs]
    for values, output in zip(results, outputs, strict=True):
        if values.dtype != output.dtype or values.size == 0 or values.ndim > 6:
            return None
    return [np.array(values) for values in results]


def _is_known(op: RawOp) -> bool:
    """Whether inputs are constants (of SHAPE, any) and outputs nothing but theirs."""
    inputs = [op.tensors[i] for i in op.inputs if i >= 0]
    outputs = [op.tensors[i] for i in op.outputs]
    if op.kind != "SHAPE" and any(x.data is None for x in inputs):
        return False
    if any(y.data is not None for y in outputs):
        return False
    size = sum(x.size for x in inputs if op.kind != "SHAPE")
    integers = all(t.dtype in _INTEGERS for t in outputs)
    moved = op.kind in _MOVEMENTS and all(y.quant == inputs[0].quant for y in outputs)
    return size <= _MAX_ELEMENTS and (integers or moved)


def _values(op: RawOp, number: int = 0) -> Values:
    """A constant input."""
    data = op.input(number).data
    assert data is not None
    return data


def _whole(op: RawOp, number: int) -> list[int]:
    """A constant input of integers, as a list."""
    return [int(v) for v in op.constant(number).reshape(-1)]


def _shape(op: RawOp) -> list[Values]:
    return [np.array(op.input(0).shape, op.output.dtype)]


def _strided_slice(op: RawOp) -> list[Values]:
    return [_take(_values(op), read_strided_slice(op))]


def _slice(op: RawOp) -> list[Values]:
    return [_take(_values(op), read_slice(op))]


def _take(values: Values, attrs: SliceAttrs) -> Values:
    for axis, taken in enumerate(attrs.ranges):
        indices = [taken.start + i * taken.step for i in range(taken.size)]
        values = values.take(indices, axis)
    dropped = tuple(i for i, taken in enumerate(attrs.ranges) if taken.drop)
    return values.squeeze(dropped)


def _pack(op: RawOp) -> list[Values]:
    inputs = [_values(op, i) for i in range(len(op.inputs))]
    return [np.stack(inputs, op.int32(1))]


def _unpack(op: RawOp) -> list[Values]:
    return list(np.moveaxis(_values(op), op.int32(1), 0))


def _concatenation(op: RawOp) -> list[Values] | None:
    inputs = [_values(op, i) for i in range(len(op.inputs))]
    return None if op.int8(1) else [np.concatenate(inputs, op.int32(0))]


def _gather(op: RawOp) -> list[Values] | None:
    if op.int32(1):
        return None
    indices = op.constant(1)
    if indices.size > _MAX_ELEMENTS or np.any(indices < 0):
        raise ValueError(f"indices {indices.reshape(-1)[:8].tolist()}")
    return [_values(op).take(indices, op.int32(0))]


def _reshape(op: RawOp) -> list[Values]:
    wanted = _whole(op, 1) if len(op.inputs) > 1 else list(op.output.shape)
    return [_values(op).reshape(wanted)]


def _as_declared(op: RawOp) -> list[Values]:
    return [_values(op).reshape(op.output.shape)]


def _tile(op: RawOp) -> list[Values] | None:
    values, times = _values(op), _whole(op, 1)
    if len(times) != values.ndim or min(times, default=1) < 1:
        raise ValueError(f"multiples {times}")
    if values.size * math.prod(times) > _MAX_ELEMENTS:
        return None
    return [np.tile(values, times)]


def _fill(op: RawOp) -> list[Values] | None:
    shape = _whole(op, 0)
    if math.prod(shape) > _MAX_ELEMENTS:
        return None
    return [np.full(shape, _values(op, 1).reshape(()))]


def _cast(op: RawOp) -> list[Values] | None:
    if op.input(0).dtype not in _INTEGERS:
        return None
    return [_values(op).astype(op.output.dtype)]


def _product(op: RawOp) -> list[Values]:
    axes, values = tuple(_whole(op, 1)), _values(op)
    product = values.prod(axes, values.dtype, keepdims=bool(op.int8(0)))
    return [np.asarray(product)]


def _binary(function: Callable[[Values, Values], Values]) -> Evaluator:
    """An operator of two tensors, which broadcasting brings to one shape."""

    def evaluate(op: RawOp) -> list[Values] | None:
        if op.kind in ("ADD", "SUB", "MUL") and op.int8(0):
            return None  # a fused activation
        a, b = _values(op, 0), _values(op, 1)
        size = math.prod(np.broadcast_shapes(a.shape, b.shape))
        return None if size > _MAX_ELEMENTS else [np.asarray(function(a, b))]

    return evaluate


def _divide(a: Values, b: Values) -> Values:
    if np.any(b == 0):
        raise ZeroDivisionError("division by 0")
    return np.floor_divide(a, b)


Evaluator = Callable[[RawOp], "list[Values] | None"]

_MOVEMENTS: Mapping[str, Evaluator] = MappingProxyType(
    {
        "CONCATENATION": _concatenation,
        "EXPAND_DIMS": _as_declared,
        "GATHER": _gather,
        "PACK": _pack,
        "RESHAPE": _reshape,
        "SLICE": _slice,
        "SQUEEZE": _as_declared,
        "STRIDED_SLICE": _strided_slice,
        "TILE": _tile,
        "UNPACK": _unpack,
    }
)
_EVALUATORS: Mapping[str, Evaluator] = MappingProxyType(
    {
        **_MOVEMENTS,
        "ADD": _binary(np.add),
        "CAST": _cast,
        "FILL": _fill,
        "FLOOR_DIV": _binary(_divide),
        "MAXIMUM": _binary(np.maximum),
        "MINIMUM": _binary(np.minimum),
        "MUL": _binary(np.multiply),
        "REDUCE_PROD": _product,
        "SHAPE": _shape,
        "SUB": _binary(np.subtract),
    }
)

FOLDABLE: Mapping[int, str] = MappingProxyType(  # by their number in the schema
    {
        0: "ADD",
        2: "CONCATENATION",
        18: "MUL",
        22: "RESHAPE",
        36: "GATHER",
        41: "SUB",
        43: "SQUEEZE",
        45: "STRIDED_SLICE",
        53: "CAST",
        55: "MAXIMUM",
        57: "MINIMUM",
        65: "SLICE",
        69: "TILE",
        70: "EXPAND_DIMS",
        77: "SHAPE",
        81: "REDUCE_PROD",
        83: "PACK",
        88: "UNPACK",
        90: "FLOOR_DIV",
        94: "FILL",
    }
)

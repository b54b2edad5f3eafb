"""Operators on constants -> their values, computed on import.

Converters write the computation of a shape into the file (SHAPE, STRIDED_SLICE, PACK,
RESHAPE) when they do not know the batch. Shapes are fixed here, so such chains are
constants: each operator whose inputs are known gives way to its result. Integers and
data movement only, in TFLite's arithmetic; what cannot be computed stays, and closes
the shapes that the converter left open.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.shared.folding import MAX_ELEMENTS, Folding, Values
from tinycnn.compiler.reading.open_shapes import Signatures, close_shapes
from tinycnn.errors import InvalidModelError

__all__ = ["fold_shapes"]

_INTEGERS = ("int32", "int64")


def fold_shapes(
    tensors: tuple[Tensor, ...], ops: list[RawOp], signatures: Signatures
) -> tuple[tuple[Tensor, ...], list[RawOp]]:
    """Tensors and operators after each computation on constants is done.

    Args:
        tensors: Those of the file.
        ops: Its operators.
        signatures: Of the tensors whose shapes are open.

    Raises:
        ModelError: If such a computation contradicts itself.
    """
    known, rest = list(tensors), []
    for op in ops:
        now = replace(op, tensors=tuple(known))
        results = _evaluate(now)
        if results is None:
            rest.append(op)
            for tensor_id, tensor in close_shapes(now, signatures).items():
                known[tensor_id] = tensor
            continue
        for tensor_id, values in zip(op.outputs, results, strict=True):
            values.flags.writeable = False
            shape = tuple(values.shape)
            known[tensor_id] = replace(known[tensor_id], shape=shape, data=values)
    final = tuple(known)
    return final, [replace(op, tensors=final) for op in rest]


def _evaluate(op: RawOp) -> list[Values] | None:
    """The values of the outputs; None if the operator must stay."""
    folding = OPERATORS[op.kind].fold
    if folding is None or not _is_known(op, folding):
        return None
    try:
        with np.errstate(over="ignore"):  # C's integers wrap
            results = folding.evaluate(op)
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


def _is_known(op: RawOp, folding: Folding) -> bool:
    """Whether inputs are constants and outputs nothing but theirs."""
    inputs = [op.tensors[i] for i in op.inputs if i >= 0]
    outputs = [op.tensors[i] for i in op.outputs]
    if any(y.data is not None for y in outputs):
        return False
    integers = all(t.dtype in _INTEGERS for t in outputs)
    if folding.of_shape:
        return integers
    if not inputs:
        return False
    moved = folding.moves and all(y.quant == inputs[0].quant for y in outputs)
    is_small = sum(x.size for x in inputs) <= MAX_ELEMENTS
    known = all(x.data is not None for x in inputs)
    return known and is_small and (integers or moved)

"""In which numbers a `.tflite` file computes, where they are not int8 throughout."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.reading.flatbuffer import Table, root_table
from tinycnn.errors import InvalidModelError

__all__ = ["find_number_kind"]

_FLOAT32, _FLOAT16, _UINT8, _INT16, _INT8 = 0, 1, 3, 7, 9  # of the schema
_MAX_TENSORS = 4096


def find_number_kind(data: bytes) -> str | None:
    """The kind of quantization, or that there is none; None where it is int8.

    Args:
        data: A file that could not be read as an int8 model.
    """
    try:
        model = root_table(data, b"TFL3")
        buffers = model.tables(4, limit=_MAX_TENSORS)
        (subgraph,) = model.tables(2, limit=_MAX_TENSORS)
        tensors = subgraph.tables(0, limit=_MAX_TENSORS)
        constants = {t.int8(1) for t in tensors if _is_constant(t, buffers)}
        activations = {t.int8(1) for t in tensors if not _is_constant(t, buffers)}
    except (InvalidModelError, ValueError):  # several entrances are told first
        return None
    if _INT16 in activations:
        return "int16 activations with int8 weights (int16x8)"
    if activations & {_INT8, _UINT8} or _FLOAT32 not in activations:
        return None
    if _FLOAT16 in constants | activations:
        return "float16 weights, computed with in float32"
    if _INT8 in constants:
        return "dynamic-range quantization: int8 weights, float32 activations"
    return "float32 numbers, without quantization"


def _is_constant(tensor: Table, buffers: tuple[Table, ...]) -> bool:
    index = tensor.uint32(2)
    values = buffers[index].array(0, np.uint8) if 0 < index < len(buffers) else None
    return values is not None and len(values) > 0

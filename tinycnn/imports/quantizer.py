"""Float `.tflite` that Keras cannot express -> int8, by Google's `litert-quantizer`.

Its own calibration is a moving average, which cuts ranges; the ranges here are those of
all images. It keeps in float what it does not know, which the compiler does not take:
that is refused, by name.
"""

from __future__ import annotations

import importlib.util

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.reading.flatbuffer import Table, root_table
from tinycnn.compiler.reading.tflite import operator_name
from tinycnn.errors import ToolchainError, UnsupportedModelError
from tinycnn.reference.float_litert import look, ranges

__all__ = ["quantize_float"]

_MOST = 16384  # tensors and operators of a file
_FLOAT = 0  # of the schema's types
_BORDERS = ("QUANTIZE", "DEQUANTIZE")


def quantize_float(content: bytes, images: NDArray[np.float32], name: str) -> bytes:
    """The int8 `.tflite` of a float one.

    Args:
        content: The file.
        images: Of the training set, as the network takes them: (N, height, width,
            channels).
        name: What messages call it.

    Raises:
        ToolchainError: If the quantizer is not installed.
        UnsupportedModelError: If operators stay in float, or it fails.
    """
    if importlib.util.find_spec("litert_quantizer") is None:
        raise ToolchainError(
            f"{name}: litert-quantizer, which makes int8 of it, is not installed",
            hint="pip install 'tinycnn[imports]'",
        )
    from litert_quantizer import quantizer, recipe

    tensors = look(content, ()).tensors
    limits = {
        tensors[number]["name"]: _statistics(low, high, len(tensors[number]["shape"]))
        for number, (low, high) in ranges(content, [images]).items()
    }
    try:
        tool = quantizer.Quantizer(bytearray(content), recipe.static_wi8_ai8())
        found = tool.quantize(limits, enable_progress_report=False)
        made = bytes(found.quantized_model)
    except Exception as error:  # it raises whatever it meets
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise UnsupportedModelError(
            f"{name}: litert-quantizer cannot make int8 of it: {lines[0]}",
            hint="change the layer that this comes from",
        ) from error
    if left := _in_float(made):
        raise UnsupportedModelError(
            f"{name}: expected int8 throughout, got {', '.join(left)} in float, which "
            "litert-quantizer does not quantize",
            hint="docs/import.md lists the operators that can be rebuilt in Keras",
        )
    return made


def _statistics(low: float, high: float, rank: int) -> dict[str, NDArray[np.float32]]:
    shape = (1,) * rank
    return {"min": np.full(shape, low, "f4"), "max": np.full(shape, high, "f4")}


def _in_float(content: bytes) -> list[str]:
    """Operators that compute in float, with how many there are."""
    model = root_table(content, b"TFL3")
    codes = model.tables(1, limit=_MOST)
    (subgraph,) = model.tables(2, limit=_MOST)
    tensors = subgraph.tables(0, limit=_MOST)
    counts: dict[str, int] = {}
    for op in subgraph.tables(3, limit=_MOST):
        code = codes[op.uint32(0)]
        kind = operator_name(max(code.int8(0), code.int32(3)), code)
        if kind not in _BORDERS and _gives_float(op, tensors):
            counts[kind] = counts.get(kind, 0) + 1
    return [f"{n} {kind}" for kind, n in counts.items()]


def _gives_float(op: Table, tensors: tuple[Table, ...]) -> bool:
    outputs = op.array(2, np.int32)
    found = [] if outputs is None else [int(i) for i in outputs]
    return any(tensors[i].int8(1) == _FLOAT for i in found)

"""TFLite Micro: the interpreter of the `tflite-micro` wheel, an optional extra."""

from __future__ import annotations

import importlib.metadata
import math
from typing import Any

import numpy as np

from tinycnn.compiler.reading.flatbuffer import Table, root_table
from tinycnn.errors import RefusedModelError, ToolchainError
from tinycnn.reference.reference import ReferenceIdentity, RunRows
from tinycnn.reference.refusal import boil_down

__all__ = ["find_tflm_runtime", "identify_tflm", "load_tflm"]

_PACKAGE = "tflite-micro"
_LEAST_ARENA_BYTES = 1 << 20  # for what the interpreter keeps of each operator
_MOST_ARENA_BYTES = 1 << 30
_MAX_TENSORS = 4096


def identify_tflm() -> ReferenceIdentity:
    """The interpreter that `load_tflm` uses.

    Raises:
        ToolchainError: If it is not installed.
    """
    find_tflm_runtime()
    version = importlib.metadata.version(_PACKAGE)
    return ReferenceIdentity(_PACKAGE, version, "reference kernels", 1)


def load_tflm(model: bytes) -> RunRows:
    """The function that runs `model`.

    Raises:
        RefusedModelError: If the interpreter refuses the model, then or when it runs.
        ToolchainError: If the interpreter is not installed.
    """
    runtime = find_tflm_runtime()
    subgraphs = root_table(model, b"TFL3").tables(2, limit=_MAX_TENSORS)
    if not subgraphs:
        raise RefusedModelError(f"{_PACKAGE} refuses the model: it has no subgraph")
    inputs, outputs = (_count(subgraphs[0], field) for field in (1, 2))
    try:
        interpreter = runtime.Interpreter.from_bytes(
            model, arena_size=_arena_bytes(model, subgraphs[0])
        )
    except (ValueError, RuntimeError) as error:
        reason = boil_down(str(error))
        raise RefusedModelError(f"{_PACKAGE} refuses the model: {reason}") from error
    return lambda rows: [_run_row(interpreter, row, inputs, outputs) for row in rows]


def _run_row(interpreter: Any, row: bytes, inputs: int, outputs: int) -> bytes:
    for index in range(inputs):
        details = interpreter.get_input_details(index)
        shape, dtype = details["shape"], np.dtype(details["dtype"])
        size = int(np.prod(shape)) * dtype.itemsize
        value = np.frombuffer(row[:size], dtype).reshape(shape)
        interpreter.set_input(value, index)
        row = row[size:]
    try:
        interpreter.invoke()
    except RuntimeError as error:  # of what it only notices now
        reason = boil_down(str(error))
        raise RefusedModelError(f"{_PACKAGE} refuses the model: {reason}") from error
    return b"".join(interpreter.get_output(i).tobytes() for i in range(outputs))


def _arena_bytes(model: bytes, subgraph: Table) -> int:
    """Room for all tensors at once, whatever the interpreter's own planner does."""
    shapes = [t.array(0, np.int32) for t in subgraph.tables(0, limit=_MAX_TENSORS)]
    items = sum(math.prod(map(int, shape)) for shape in shapes if shape is not None)
    return min(_LEAST_ARENA_BYTES + len(model) + 8 * max(items, 0), _MOST_ARENA_BYTES)


def _count(subgraph: Table, field: int) -> int:
    ids = subgraph.array(field, np.int32)
    return 0 if ids is None else len(ids)


def find_tflm_runtime() -> Any:
    """The wheel's module.

    Raises:
        ToolchainError: If it is not installed.
    """
    try:
        from tflite_micro import runtime
    except ImportError as error:
        raise ToolchainError(
            f"{_PACKAGE}: not installed", hint='pip install "tinycnn[tflm]"'
        ) from error
    return runtime

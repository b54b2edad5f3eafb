"""LiteRT: `ai-edge-litert` with its reference kernels (`BUILTIN_REF`) on one thread.

Its other kernels round otherwise; what they answer is no reference, but explains what
devices answer. Where it is not installed, `tflite-runtime` or TensorFlow serve, under
their own names.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
from collections.abc import Sequence
from typing import Any

import numpy as np

from tinycnn.errors import RefusedModelError, ToolchainError
from tinycnn.reference.reference import ReferenceIdentity, RunRows
from tinycnn.reference.refusal import boil_down

__all__ = ["REFERENCE_KERNELS", "identify_litert", "load_litert"]

REFERENCE_KERNELS = "BUILTIN_REF"
_PACKAGES = (
    ("ai-edge-litert", "ai_edge_litert.interpreter"),
    ("tflite-runtime", "tflite_runtime.interpreter"),
    ("tensorflow", "tensorflow.lite.python.interpreter"),
    ("tensorflow-cpu", "tensorflow.lite.python.interpreter"),
)


def identify_litert(kernels: str = REFERENCE_KERNELS) -> ReferenceIdentity:
    """The interpreter that `load_litert` uses.

    Raises:
        ToolchainError: If none is installed.
    """
    package, module = _find_package()
    kernels = kernels if hasattr(module, "OpResolverType") else "default kernels"
    return ReferenceIdentity(package, importlib.metadata.version(package), kernels, 1)


def load_litert(model: bytes, kernels: str = REFERENCE_KERNELS) -> RunRows:
    """The function that runs `model`.

    Args:
        model: The `.tflite` file.
        kernels: A name of the interpreter's `OpResolverType`.

    Raises:
        RefusedModelError: If the interpreter refuses the model.
        ToolchainError: If no interpreter is installed, or none with such kernels.
    """
    package, module = _find_package()
    options: dict[str, Any] = {}
    if hasattr(module, "OpResolverType"):
        options["experimental_op_resolver_type"] = module.OpResolverType[kernels]
    elif kernels != REFERENCE_KERNELS:
        raise ToolchainError(f"{package}: has no {kernels} kernels to choose")
    try:
        interpreter = module.Interpreter(model_content=model, num_threads=1, **options)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise _refuse(package, error) from error

    def run_rows(rows: Sequence[bytes]) -> list[bytes]:
        try:
            return [_run_row(interpreter, row) for row in rows]
        except (ValueError, RuntimeError) as error:
            raise _refuse(package, error) from error

    return run_rows


def _refuse(package: str, error: Exception) -> RefusedModelError:
    return RefusedModelError(f"{package} refuses the model: {boil_down(str(error))}")


def _run_row(interpreter: Any, row: bytes) -> bytes:
    for details in interpreter.get_input_details():
        shape, dtype = details["shape"], np.dtype(details["dtype"])
        size = int(np.prod(shape)) * dtype.itemsize
        value = np.frombuffer(row[:size], dtype).reshape(shape)
        interpreter.set_tensor(details["index"], value)
        row = row[size:]
    interpreter.invoke()
    outputs = (
        interpreter.get_tensor(details["index"])
        for details in interpreter.get_output_details()
    )
    return b"".join(output.tobytes() for output in outputs)


@functools.cache
def _find_package() -> tuple[str, Any]:
    for package, module in _PACKAGES:
        try:
            importlib.metadata.version(package)
            return package, importlib.import_module(module)
        except ImportError:
            continue
    raise ToolchainError(
        "reference interpreter: none is installed",
        hint="pip install ai-edge-litert (or tflite-runtime)",
    )

"""The host reference interpreters behind one small interface.

In: a `.tflite` file and inputs. Out: the outputs that generated code must equal, byte
for byte, and the identity of the interpreter that computed them. The default is
`ai-edge-litert` with its reference kernels (`BUILTIN_REF`) on one thread; where it is
not installed, `tflite-runtime` or TensorFlow serve, under their own names.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.errors import InvalidModelError, ToolchainError

__all__ = ["Reference", "ReferenceIdentity", "load_reference"]

_PACKAGES = (
    ("ai-edge-litert", "ai_edge_litert.interpreter"),
    ("tflite-runtime", "tflite_runtime.interpreter"),
    ("tensorflow", "tensorflow.lite.python.interpreter"),
    ("tensorflow-cpu", "tensorflow.lite.python.interpreter"),
)


@dataclass(frozen=True, slots=True)
class ReferenceIdentity:
    """Which interpreter "equal" refers to; part of every result."""

    package: str
    version: str
    kernels: str
    threads: int

    def __str__(self) -> str:
        return f"{self.package} {self.version}, {self.kernels}, {self.threads} thread"


class Reference:
    """A loaded model in a reference interpreter.

    Attributes:
        identity: The interpreter.
    """

    def __init__(self, identity: ReferenceIdentity, interpreter: Any) -> None:
        self.identity = identity
        self._interpreter = interpreter
        self._inputs = interpreter.get_input_details()
        self._outputs = interpreter.get_output_details()

    def run(self, inputs: NDArray[np.generic]) -> NDArray[np.int8]:
        """Raw outputs of a batch of inputs.

        Args:
            inputs: One row an inference: the bytes of all inputs, laid end to end, in
                an array of any type.

        Returns:
            One row an inference: the bytes of all outputs, laid end to end.
        """
        rows = [self._run_row(row.tobytes()) for row in inputs]
        return np.frombuffer(b"".join(rows), np.int8).reshape(len(rows), -1)

    def _run_row(self, row: bytes) -> bytes:
        for details in self._inputs:
            shape, dtype = details["shape"], np.dtype(details["dtype"])
            size = int(np.prod(shape)) * dtype.itemsize
            value = np.frombuffer(row[:size], dtype).reshape(shape)
            self._interpreter.set_tensor(details["index"], value)
            row = row[size:]
        self._interpreter.invoke()
        outputs = (self._interpreter.get_tensor(d["index"]) for d in self._outputs)
        return b"".join(output.tobytes() for output in outputs)


def load_reference(path: Path) -> Reference:
    """The model at `path` in the best reference interpreter that is installed.

    Raises:
        InvalidModelError: If the interpreter refuses the file.
        ToolchainError: If no interpreter is installed.
    """
    package, module = _find_package()
    kernels: dict[str, Any] = {}
    name = "default kernels"
    if hasattr(module, "OpResolverType"):
        kernels["experimental_op_resolver_type"] = module.OpResolverType.BUILTIN_REF
        name = "BUILTIN_REF"
    try:
        interpreter = module.Interpreter(
            model_content=path.read_bytes(), num_threads=1, **kernels
        )
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InvalidModelError(
            f"{path}: {package} refuses the model: {reason}"
        ) from error
    version = importlib.metadata.version(package)
    return Reference(ReferenceIdentity(package, version, name, 1), interpreter)


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

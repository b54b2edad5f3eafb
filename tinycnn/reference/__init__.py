"""The host reference interpreters behind one small interface.

In: a `.tflite` file and inputs. Out: the outputs that generated code must equal, byte
for byte, and the identity of the interpreter that computed them: `litert`, LiteRT's
reference kernels, or `tflm`, TFLite Micro. A model from elsewhere runs isolated.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.errors import InvalidModelError, ToolchainError
from tinycnn.files import scratch_folder
from tinycnn.reference.arena import TflmArena, measure_arena
from tinycnn.reference.batches import run_in_batches
from tinycnn.reference.interpreters import IDENTIFIERS, LOADERS
from tinycnn.reference.isolated import Limits, isolate
from tinycnn.reference.reference import Reference, ReferenceIdentity

__all__ = [
    "LOADERS",
    "Limits",
    "Reference",
    "ReferenceIdentity",
    "TflmArena",
    "load_isolated_reference",
    "load_reference",
    "measure_arena",
    "name_reference",
    "run_in_batches",
    "run_isolated",
]


def name_reference(numerics: Numerics) -> str:
    """The interpreter that computes `numerics`; empty where none is installed."""
    try:
        return str(IDENTIFIERS[numerics]())
    except ToolchainError:
        return ""


def load_reference(path: Path, numerics: Numerics = "litert") -> Reference:
    """The model at `path`, one that we made, in a reference interpreter.

    Raises:
        InvalidModelError: If the interpreter refuses the file.
        ToolchainError: If the interpreter is not installed.
    """
    try:
        return Reference(IDENTIFIERS[numerics](), LOADERS[numerics](path.read_bytes()))
    except InvalidModelError as error:
        raise type(error)(f"{path}: {error}", hint=error.hint) from error


def run_isolated(
    model: bytes, rows: NDArray[np.int8], *, reference: str
) -> NDArray[np.int8]:
    """The outputs of a model that was made on purpose, and may kill its interpreter.

    Args:
        model: The `.tflite` file.
        rows: One row an inference.
        reference: As `load_isolated_reference` names it.

    Raises:
        RefusedModelError: If the interpreter fails on the model.
        ToolchainError: If the interpreter is not installed.
    """
    with scratch_folder() as folder:
        path = folder / "mistaken.tflite"
        path.write_bytes(model)
        return load_isolated_reference(path, reference).run(rows)


def load_isolated_reference(
    path: Path, numerics: str = "litert", *, limits: Limits | None = None
) -> Reference:
    """The model at `path`, whoever made it, in an interpreter that may die of it.

    Besides numerics there are `litert-xnnpack` and `litert-optimized`.

    Each `run` starts a process of its own; what the model does to it is a
    `RefusedModelError` there.

    Raises:
        ToolchainError: If the interpreter is not installed.
    """
    return Reference(
        IDENTIFIERS[numerics](), isolate(numerics, path, limits or Limits())
    )

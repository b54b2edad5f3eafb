"""A compiled model -> a plain C library with CMakeLists, example and self-test.

The self-test makes its inputs by a small generator, here and in C alike, and holds the
reference's outputs for them, so that any compiler and board can be checked without
Python. Same model, same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn import __version__
from tinycnn.compiler import Compilation
from tinycnn.compiler.ir.program import Buffer, Program
from tinycnn.firmware.folder import swap_in
from tinycnn.reference import Reference
from tinycnn.rendering import render
from tinycnn.runtime import kernel_sources

__all__ = ["SelfTest", "make_input", "make_self_test", "write_library"]

_VECTORS = 4


@dataclass(frozen=True, slots=True, eq=False)
class SelfTest:
    """What the self-test of a library holds.

    Attributes:
        reference: Identity of the interpreter.
        vectors: Its raw outputs, one row a vector.
    """

    reference: str
    vectors: NDArray[np.uint8]


def make_self_test(program: Program, reference: Reference) -> SelfTest:
    """The reference's outputs for the inputs that the self-test makes.

    Raises:
        InvalidModelError: If the reference fails on the model.
    """
    inputs = np.stack([make_input(program, n) for n in range(_VECTORS)])
    return SelfTest(str(reference.identity), reference.run(inputs).view(np.uint8))


def write_library(
    folder: Path, compilation: Compilation, self_test: SelfTest | None
) -> None:
    """Write the library, replacing an earlier one in the same folder.

    Args:
        folder: Becomes the library.
        compilation: The compiled model.
        self_test: None where the reference refuses the model.

    Raises:
        ProjectError: If the folder holds other files.
    """
    program = compilation.program
    files = {**kernel_sources(program.kernels), **compilation.sources}
    values = {
        "name": program.name,
        "generator": f"tinycnn {__version__}",
        "inputs": program.inputs,
        "outputs": program.outputs,
        "sources": sorted(name for name in files if name.endswith(".c")),
        "has_self_test": self_test is not None,
    }
    extras = {"CMakeLists.txt", "example.c"}
    if self_test is not None:
        extras.add("self_test.c")
        values["reference"] = self_test.reference
        values["vectors"] = list(self_test.vectors)
    for name in sorted(extras):
        files[name] = render(f"firmware/templates/library/{name}.j2", **values)
    swap_in(folder, "model.h", files)


def make_input(program: Program, vector: int) -> NDArray[np.int8]:
    """The bytes of all inputs that fill() in self_test.c makes for `vector`."""
    sizes = [buffer.tensor.size for buffer in program.inputs]
    values = _random_bytes(vector, sum(sizes))
    parts = np.split(values, np.cumsum(sizes)[:-1])
    inputs = (
        _as_type(buffer, part)
        for buffer, part in zip(program.inputs, parts, strict=True)
    )
    return np.concatenate([part.view(np.int8) for part in inputs])


def _as_type(buffer: Buffer, values: NDArray[np.uint8]) -> NDArray[np.generic]:
    if buffer.tensor.dtype != "float32":
        return values
    return (values.astype(np.float32) - np.float32(128)) * np.float32(0.0625)


def _random_bytes(state: int, count: int) -> NDArray[np.uint8]:
    """The high bytes of a linear congruential generator (Numerical Recipes' one)."""
    values = bytearray()
    for _ in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values.append(state >> 24)
    return np.frombuffer(bytes(values), np.uint8)

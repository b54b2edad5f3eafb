"""A compiled model as WebAssembly in a folder, run here before anybody else runs it."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np

from tinycnn.boards import Board
from tinycnn.compiler import Compilation
from tinycnn.device import open_wasm
from tinycnn.errors import DeviceError
from tinycnn.files import scratch_folder
from tinycnn.firmware import (
    SelfTest,
    WasmVariant,
    build_wasm,
    make_input,
    write_arduino_project,
)
from tinycnn.runtime import firmware_dir

__all__ = ["WasmFile", "write_modules"]

_MANUAL = "ports/wasm/wasm_module.h"


@dataclass(frozen=True, slots=True)
class WasmFile:
    """A module that was written.

    Attributes:
        path: Of the file.
        variant: What it asks of who runs it.
        bytes: Of the file.
        gzip_bytes: What is left of them on the way to a browser.
        vectors: Inputs whose outputs were compared with the reference's.
        different: Of these, those whose outputs differ.
        reason: Why nothing was compared; empty otherwise.
    """

    path: Path
    variant: WasmVariant
    bytes: int
    gzip_bytes: int
    vectors: int = 0
    different: int = 0
    reason: str = ""

    def __str__(self) -> str:
        size = f"{self.bytes:,} bytes, {self.gzip_bytes:,} zipped"
        if self.reason:
            return f"{size}; UNPROVEN: {self.reason}"
        equal = f"{self.vectors - self.different} of {self.vectors}"
        return f"{size}; {equal} outputs equal the reference's"


def write_modules(
    folder: Path, compilation: Compilation, board: Board, self_test: SelfTest | None
) -> tuple[WasmFile, ...]:
    """Write the model's modules and their manual into `folder`; run each once built.

    Args:
        folder: Of the C library.
        compilation: The compiled model.
        board: What its kernels were chosen for.
        self_test: Inputs and outputs to compare; None where there is no reference.

    Raises:
        ToolchainError: If the compiler is missing or fails.
        TinycnnError: If a file cannot be written.
    """
    with scratch_folder() as scratch:
        project = write_arduino_project(
            scratch,
            name=compilation.program.name,
            model_sources=compilation.sources,
            kernels=compilation.program.kernels,
            board=board,
        )
        for variant in get_args(WasmVariant):
            path = folder / module_name(project.name, variant)
            build_wasm(project, output=path, variant=variant)
    shutil.copyfile(firmware_dir() / _MANUAL, folder / Path(_MANUAL).name)
    return tuple(_check_all(folder, compilation, self_test))


def module_name(name: str, variant: WasmVariant) -> str:
    """The file of a variant: that with SIMD is the one to take where it runs."""
    return f"{name}.wasm" if variant == "simd" else f"{name}_{variant}.wasm"


def _check_all(
    folder: Path, compilation: Compilation, self_test: SelfTest | None
) -> Iterator[WasmFile]:
    for variant in get_args(WasmVariant):
        path = folder / module_name(compilation.program.name, variant)
        content = path.read_bytes()
        zipped = len(gzip.compress(content, 9, mtime=0))
        vectors = different = 0
        reason = "" if self_test else "the reference refuses the model"
        if self_test is not None:
            try:
                different = _count_different(path, compilation, self_test)
                vectors = len(self_test.patterns)
            except DeviceError as error:
                reason = f"{error}; {error.hint}" if error.hint else str(error)
        yield WasmFile(path, variant, len(content), zipped, vectors, different, reason)


def _count_different(path: Path, compilation: Compilation, self_test: SelfTest) -> int:
    """How many of the self-test's inputs give other outputs.

    Raises:
        DeviceError: If the module cannot be run.
    """
    program = compilation.program
    rows = [make_input(program, pattern) for pattern in self_test.patterns]
    with open_wasm(path) as device:
        answers = np.stack([device.infer(row).output for row in rows])
    expected = np.asarray(self_test.expected).reshape(len(rows), -1).view(np.int8)
    return int((answers != expected).any(axis=1).sum())

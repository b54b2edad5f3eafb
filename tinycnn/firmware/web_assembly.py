"""Firmware project -> WebAssembly that serves its model to whoever calls it.

A module stands alone: it imports nothing, has no C library and needs no start.
`firmware/ports/wasm/wasm_module.h` is the manual of what it exports. The model is the
same C that boards are given; the runtime of the module is all that differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Literal

from tinycnn.files import scratch_folder
from tinycnn.firmware.compilers import (
    copy_folder,
    in_folder,
    install,
    run_compiler,
    zig,
)
from tinycnn.firmware.folder import FirmwareProject
from tinycnn.firmware.serving import copy_port, serving_macros

__all__ = ["CORES", "LINKING", "TARGET", "WasmVariant", "build_wasm", "compile_wasm"]

WasmVariant = Literal["simd", "mvp"]
"""Which processor a module is for: with vectors of 128 bits, or WebAssembly 1.0."""

CORES = {
    "simd": ("-mcpu=mvp", "-msimd128", "-mbulk-memory"),
    "mvp": ("-mcpu=mvp",),
}
TARGET = ("-target", "wasm32-freestanding")
_FLAGS = (
    *"-std=gnu11 -O2 -g0 -Wall -Wextra -funsigned-char -fno-sanitize=undefined".split(),
    *"-ffreestanding -ffunction-sections -fdata-sections".split(),
    "-DTCNN_MAX_PAYLOAD=16384",  # the protocol's most: memory costs a module no bytes
)
# zig lays the stack first in memory: one that is too small ends in a trap.
LINKING = tuple(
    "-nostdlib -s -Wl,--no-entry -Wl,-z,stack-size=65536 -Wl,--gc-sections".split()
)


def build_wasm(
    project: FirmwareProject,
    *,
    output: Path,
    variant: WasmVariant = "simd",
    exported: Sequence[str] = (),
) -> Path:
    """The project's model as WebAssembly, in the file `output`.

    Args:
        project: Whose C is compiled; it may speak a dialect, take frames, be traced.
        output: The module.
        variant: What it may ask of who runs it.
        exported: C names of constant arrays whose addresses are exported, too.

    Raises:
        ToolchainError: If the compiler is missing or fails.
    """
    with scratch_folder() as work:
        copy_folder(project.folder / "src", work / "src")
        copy_port("wasm", work)
        compile_wasm(
            work,
            ("src", "src/tcnn", "wasm"),
            output=output,
            variant=variant,
            options=[
                *serving_macros(project),
                *(f"-Wl,--export={name}" for name in exported),
            ],
        )
    return output


def compile_wasm(
    work: Path,
    folders: Sequence[str],
    *,
    output: Path,
    variant: WasmVariant = "simd",
    options: Sequence[str] = (),
) -> None:
    """All C files of some folders of `work` as one module, in the file `output`.

    Args:
        work: Where they lie, and where the compiler works.
        folders: By their paths in `work`, each also a place of headers.
        output: The module.
        variant: What it may ask of who runs it.
        options: More for the compiler.

    Raises:
        ToolchainError: If the compiler is missing or fails.
    """
    command = [*zig(), *TARGET, *CORES[variant], *_FLAGS, *LINKING]
    command += (f"-I{folder}" for folder in folders)
    command += options
    command += chain.from_iterable(in_folder(work, name, "*.c") for name in folders)
    run_compiler([*command, "-o", "module.wasm"], work)
    install(work / "module.wasm", output)

"""Firmware project -> program of this computer that serves its model on pipes."""

from __future__ import annotations

import sys
from pathlib import Path

from tinycnn.files import scratch_folder
from tinycnn.firmware.compilers import (
    compile_all,
    copy_folder,
    in_folder,
    install,
    run_compiler,
    zig,
)
from tinycnn.firmware.folder import FirmwareProject
from tinycnn.firmware.serving import copy_port, serving_macros

__all__ = ["build_host"]


def build_host(project: FirmwareProject, *, output: Path) -> Path:
    """The project's model as a program of this computer, in the file `output`.

    It serves the protocol, or the project's dialect, on its standard input and output.

    Raises:
        ToolchainError: If the compiler is missing or fails.
    """
    compiler = [*zig(), "-mcpu=baseline", "-fno-sanitize=undefined", "-O2"]
    compiler += ["-Wall", "-Wextra", "-funsigned-char", "-Isrc/tcnn", "-Ihost"]
    compiler += serving_macros(project)
    with scratch_folder() as work:
        copy_folder(project.folder / "src", work / "src")
        copy_port("host", work)
        sources = [
            *in_folder(work, "src", "*.c"),
            *in_folder(work, "src/tcnn", "*.c"),
            *in_folder(work, "host", "*.c"),
        ]
        objects = compile_all(compiler, sources, work)
        program = f"program{'.exe' if sys.platform == 'win32' else ''}"
        run_compiler([*zig(), "-mcpu=baseline", "-s", *objects, "-o", program], work)
        install(work / program, output)
    return output

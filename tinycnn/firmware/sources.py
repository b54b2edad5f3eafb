"""Where the C runtime lies, and which of its files a firmware project takes.

In a checkout it is the `firmware/` folder beside the package, in an installed package a
copy inside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tinycnn.errors import ToolchainError

__all__ = ["firmware_dir", "kernel_sources", "runtime_sources"]

_MODEL_HEADERS = ("tcnn.h", "kernels.h")
_HARNESS_HEADERS = ("harness.h", "preprocess.h")
_INCLUDE = re.compile(r'^#include "(\w+\.h)"', re.MULTILINE)


def firmware_dir() -> Path:
    """The folder with the C runtime.

    Raises:
        ToolchainError: If this installation has none.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package.parent / "firmware", package / "_firmware"):
        if (folder / "include/tcnn/tcnn.h").is_file():
            return folder
    raise ToolchainError(
        f"{package.name}: expected the C runtime beside it, got nothing",
        hint="install tinycnn again",
    )


def kernel_sources(kernels: Sequence[str]) -> dict[str, str]:
    """The kernels' files by name, with the headers that they and a model include.

    Raises:
        ToolchainError: If there is no such kernel.
    """
    root = firmware_dir()
    sources = {}
    for kernel in kernels:
        path = root / "kernels" / f"{kernel}.c"
        if not path.is_file():
            raise ToolchainError(
                f"kernel '{kernel}': expected a file in firmware/kernels, got none",
                hint="install tinycnn again",
            )
        sources[path.name] = path.read_text(encoding="utf-8")
    includes = _INCLUDE.findall("".join(sources.values()))
    headers = {*_MODEL_HEADERS, *includes}
    return {**_read([root / "include/tcnn" / header for header in headers]), **sources}


def runtime_sources(kernels: Sequence[str], *, port: str) -> dict[str, str]:
    """The files of `kernel_sources`, the harness and one port by name.

    Raises:
        ToolchainError: If there is no such kernel.
    """
    root = firmware_dir()
    paths = [root / "include/tcnn" / header for header in _HARNESS_HEADERS]
    for folder in ("harness", f"ports/{port}"):
        paths += sorted((root / folder).iterdir())
    return {**kernel_sources(kernels), **_read(paths)}


def _read(paths: Sequence[Path]) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(paths)}

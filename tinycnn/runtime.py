"""The C runtime: where it lies, and which of its files a set of kernels needs.

In a checkout it is the `firmware/` folder beside the package, in an installed package a
copy inside it:

    include/tcnn/           headers that families share
    kernels/FAMILY/         FAMILY.h, the family's manual, and one C file a kernel

A program gets its files side by side: headers by their names, which are unique, and
`kernels/conv_2d/pairs.c` as `conv_2d_pairs.c`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from tinycnn.errors import ToolchainError

__all__ = [
    "find_kernel",
    "firmware_dir",
    "kernel_functions",
    "kernel_headers",
    "kernel_sources",
]

_KERNEL = re.compile(r"^void (tcnn_\w+)\(", re.MULTILINE)
_INCLUDE = re.compile(r'^#include "(\w+\.h)"', re.MULTILINE)


def firmware_dir() -> Path:
    """The folder with the C runtime.

    Raises:
        ToolchainError: If this installation has none.
    """
    package = Path(__file__).resolve().parent
    for folder in (package.parent / "firmware", package / "_firmware"):
        if (folder / "include/tcnn/tcnn.h").is_file():
            return folder
    raise ToolchainError(
        f"{package.name}: expected the C runtime beside it, got nothing",
        hint="install tinycnn again",
    )


def kernel_functions(root: Path | None = None) -> tuple[str, ...]:
    """All kernels' C functions, sorted.

    Args:
        root: Of the C runtime; by default tinycnn's own.
    """
    return tuple(sorted(_find_kernels(root or firmware_dir())))


def find_kernel(kernel: str, *, root: Path | None = None) -> Path:
    """The C file of the kernel with this function.

    Raises:
        ToolchainError: If there is no such kernel.
    """
    path = _find_kernels(root or firmware_dir()).get(kernel)
    if path is None:
        raise ToolchainError(
            f"kernel '{kernel}': expected a file in firmware/kernels, got none",
            hint="install tinycnn again",
        )
    return path


def kernel_headers(kernels: Iterable[str]) -> tuple[str, ...]:
    """The headers that declare these kernels: those of their families, sorted.

    Raises:
        ToolchainError: If there is no such kernel.
    """
    return tuple(sorted({f"{find_kernel(kernel).parent.name}.h" for kernel in kernels}))


def kernel_sources(
    kernels: Iterable[str], *, root: Path | None = None
) -> dict[str, str]:
    """The kernels' files by name, with all headers that they and a model include.

    Args:
        kernels: Names of C functions.
        root: Of the C runtime; by default tinycnn's own.

    Raises:
        ToolchainError: If there is no such kernel.
    """
    root = root or firmware_dir()
    paths = (find_kernel(kernel, root=root) for kernel in kernels)
    sources = {
        f"{path.parent.name}_{path.name}": path.read_text("utf-8")
        for path in sorted(paths)
    }
    return {**_read_headers(["tcnn.h", *_includes(sources.values())], root), **sources}


@lru_cache
def _find_kernels(root: Path) -> dict[str, Path]:
    """The file of each kernel's definition, by function."""
    paths = sorted(root.glob("kernels/*/*.c"))
    return {
        function: path
        for path in paths
        for function in _KERNEL.findall(path.read_text("utf-8"))
    }


def _includes(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in _INCLUDE.findall(text)}


def _read_headers(wanted: Iterable[str], root: Path) -> dict[str, str]:
    """Headers by name, and those that they include in turn."""
    folders = (root.glob("include/tcnn/*.h"), root.glob("kernels/*/*.h"))
    paths = {path.name: path for folder in folders for path in folder}
    headers: dict[str, str] = {}
    missing = set(wanted)
    while missing:
        texts = {name: paths[name].read_text("utf-8") for name in missing}
        headers |= texts
        missing = _includes(texts.values()) - headers.keys()
    return dict(sorted(headers.items()))

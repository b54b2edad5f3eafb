"""Which files of the C runtime a set of kernels needs.

They lie in two places:

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
from tinycnn.runtime.root import firmware_dir
from tinycnn.runtime.version import VERSION_HEADER, render_version

__all__ = [
    "find_kernel",
    "included_headers",
    "kernel_functions",
    "kernel_headers",
    "kernel_sources",
]

_KERNEL = re.compile(r"^TCNN_SHARED void\s(tcnn_\w+)\(", re.MULTILINE)
# Where headers lie that C files of any kind may include.
_HEADERS = ("include/tcnn/*.h", "kernels/*/*.h", "harness/*.h", "trace/*.h")
_INCLUDE = re.compile(r'^#include "(\w+\.h)"', re.MULTILINE)


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
    headers = included_headers(['#include "tcnn.h"\n', *sources.values()], root=root)
    return {**headers, **sources}


def included_headers(
    texts: Iterable[str], *, root: Path | None = None
) -> dict[str, str]:
    """The runtime's headers that C files include, and those that these include in turn.

    Args:
        texts: The C files; what is not the runtime's is left out.
        root: Of the C runtime; by default tinycnn's own.
    """
    root = root or firmware_dir()
    paths = {path.name: path for folder in _HEADERS for path in root.glob(folder)}
    headers: dict[str, str] = {}
    missing = _includes(texts) & paths.keys()
    while missing:
        headers |= {name: paths[name].read_text("utf-8") for name in missing}
        missing = _includes(headers.values()) & paths.keys() - headers.keys()
    if VERSION_HEADER in headers:
        headers[VERSION_HEADER] = render_version(root)
    return dict(sorted(headers.items()))


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

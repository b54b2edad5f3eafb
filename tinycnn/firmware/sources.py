"""Which files of the C runtime, the harness and a port a firmware project takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tinycnn.runtime import firmware_dir, kernel_sources

__all__ = ["runtime_sources"]

_HARNESS_HEADERS = ("harness.h", "preprocess.h")


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

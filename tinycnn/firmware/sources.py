"""Where the C runtime lies, and which of its files a firmware project takes.

In a checkout it is the `firmware/` folder beside the package, in an installed package a
copy inside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tinycnn.errors import ToolchainError

__all__ = ["firmware_dir", "runtime_sources"]


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


def runtime_sources(kernels: Sequence[str], *, port: str) -> dict[str, str]:
    """The runtime's files by name: headers, harness, one port and `kernels`.

    Raises:
        ToolchainError: If there is no such kernel.
    """
    root = firmware_dir()
    paths = [
        path
        for folder in ("include/tcnn", "harness", f"ports/{port}")
        for path in sorted((root / folder).iterdir())
    ]
    for kernel in kernels:
        path = root / "kernels" / f"{kernel}.c"
        if not path.is_file():
            raise ToolchainError(
                f"kernel '{kernel}': expected a file in firmware/kernels, got none",
                hint="install tinycnn again",
            )
        paths.append(path)
    return {path.name: path.read_text(encoding="utf-8") for path in paths}

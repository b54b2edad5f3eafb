"""Where the C runtime lies.

In a checkout it is the `firmware/` folder beside the package, in an installed package a
copy inside it.
"""

from __future__ import annotations

from pathlib import Path

from tinycnn.errors import ToolchainError

__all__ = ["firmware_dir"]


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

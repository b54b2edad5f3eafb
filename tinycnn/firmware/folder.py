"""Writes a folder of generated files whole: beside its place, then swapped in."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tinycnn.errors import ProjectError

__all__ = ["swap_in"]


def swap_in(target: Path, mark: str, files: Mapping[str, str]) -> None:
    """Replace the folder `target` by one with `files`.

    Args:
        target: Must be empty, missing, or hold the file `mark`.
        mark: Shows that the folder is one of ours.
        files: Text by path, relative to `target`.

    Raises:
        ProjectError: If the folder holds other files.
    """
    if target.exists() and any(target.iterdir()) and not (target / mark).is_file():
        raise ProjectError(
            f"{target.name}: expected a folder with {mark} or none, got other files",
            hint="choose another folder",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".tinycnn-") as scratch:
        new, old = Path(scratch) / "new", Path(scratch) / "old"
        for path, text in files.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).write_text(text, encoding="utf-8", newline="\n")
        if target.exists():
            os.replace(target, old)
        try:
            os.replace(new, target)
        except OSError:
            if old.exists():
                os.replace(old, target)
            raise

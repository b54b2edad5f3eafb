"""Programs that run on this computer, as far as a /proc shows them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["list_processes", "port_users"]


def list_processes() -> Iterator[tuple[Path, str]]:
    """Folder and name of every process; none where there is no /proc."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            yield folder, (folder / "comm").read_text("utf-8", "replace").strip()


def port_users(device: str) -> tuple[str, ...]:
    """The processes that have a port open; those of other users cannot be seen."""
    return tuple(
        f"{name} (process {folder.name})"
        for folder, name in list_processes()
        if os.path.realpath(device) in _open_files(folder)
    )


def _open_files(process: Path) -> Iterator[str]:
    with contextlib.suppress(OSError):  # another user's
        for file in (process / "fd").iterdir():
            yield os.path.realpath(file)

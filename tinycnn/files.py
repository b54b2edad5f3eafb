"""Files and folders that are old or new, and whole, whenever the power goes.

What is written lies beside its place until it is complete and on the disk; then it
takes the place in one step. Everything in tinycnn that replaces a file does it here.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tinycnn.errors import TinycnnError

__all__ = ["move_in", "write_whole", "writing", "writing_folder"]

_AT_FDCWD = -100  # of fcntl.h: paths are relative to the working directory
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS


def write_whole(content: str | bytes, path: Path) -> None:
    """Write `content` to `path`; the old file stays until the new one is whole.

    Raises:
        TinycnnError: If it cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing(path) as stream:
            stream.write(data)
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror or error}"
        hint = "free some space or choose another file"
        raise TinycnnError(message, hint=hint) from error


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file `path` if nothing is raised meanwhile.

    Raises:
        OSError: If it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
        _sync(path.parent)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def writing_folder(path: Path) -> Iterator[Path]:
    """An empty folder that takes the place of `path` if nothing is raised meanwhile.

    Raises:
        OSError: If it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".tinycnn-") as scratch:
        new = Path(scratch) / path.name
        new.mkdir()
        yield new
        move_in(new, path)


def move_in(new: Path, place: Path) -> None:
    """Put a finished file or folder where `place` is; both are on one disk.

    A folder that was there is left at `new`, or beside it, for the caller to delete.

    Raises:
        OSError: If it cannot be moved; what was there stays.
    """
    _sync_all(new)
    if not place.is_dir():
        os.replace(new, place)
    elif not _exchange(new, place):
        _swap_in_two_steps(new, place)
    _sync(place.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Let two entries change places in one step; False where the system cannot."""
    paths = os.fsencode(one), os.fsencode(other)
    if sys.platform == "win32":
        return False
    libc = ctypes.CDLL(None)
    if hasattr(libc, "renameat2"):
        ends = (_AT_FDCWD, paths[0], _AT_FDCWD, paths[1])
        return bool(libc.renameat2(*ends, _EXCHANGE) == 0)
    if hasattr(libc, "renamex_np"):
        return bool(libc.renamex_np(*paths, _EXCHANGE) == 0)
    return False


def _swap_in_two_steps(new: Path, place: Path) -> None:
    """As `_exchange`; a kill between the steps leaves nothing at `place`."""
    old = new.with_name(f"{new.name}.old")
    os.replace(place, old)
    try:
        os.replace(new, place)
    except OSError:
        os.replace(old, place)
        raise


def _sync_all(path: Path) -> None:
    """Bring a file, or a folder with all that is in it, to the disk."""
    if path.is_dir():
        for entry in path.iterdir():
            _sync_all(entry)
    _sync(path)


def _sync(path: Path) -> None:
    if path.is_dir() and sys.platform == "win32":
        return  # a folder cannot be opened there
    # Windows brings to the disk only what may be written.
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Files and folders that are old or new, and whole, whenever the power goes.

What is written lies beside its place until it is complete and on the disk; then it
takes the place in one step. Everything in tinycnn that replaces a file does it here.
What is read is a regular file of a bounded size: a pipe would hang, a device never end.
What a killed process left beside a place has its number in the name; the next one who
writes there sweeps it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from tinycnn.errors import ProjectError, TinycnnError

__all__ = ["cannot_write", "make_way", "move_in", "read_whole", "reading"]
__all__ += [
    "scratch_folder",
    "sweep",
    "sync",
    "write_whole",
    "writing",
    "writing_folder",
]

_AT_FDCWD = -100  # of fcntl.h: paths are relative to the working directory
_QUERY_LIMITED_INFORMATION = 0x1000  # of Windows
_STAMP = r"(\d{1,9})-([0-9a-f]{8})"
_LEFT = re.compile(rf"\.tinycnn-{_STAMP}-\w+|\..+\.{_STAMP}\.part")
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS


@contextmanager
def reading(path: Path, *, max_bytes: int) -> Iterator[BinaryIO]:
    """A stream of the regular file `path`; links are followed, nothing is waited for.

    Raises:
        OSError: If it cannot be opened, is a folder, pipe, socket or device, or holds
            more than `max_bytes`; `strerror` says which.
    """
    _check_readable(path, os.stat(path), max_bytes)
    with open(path, "rb", opener=_open_at_once) as stream:
        _check_readable(path, os.fstat(stream.fileno()), max_bytes)
        yield stream


def read_whole(path: Path, *, hint: str, max_bytes: int = 1 << 30) -> bytes:
    """The bytes of a file that a user named.

    Raises:
        ProjectError: With that hint, if it cannot be read.
    """
    try:
        with reading(path, max_bytes=max_bytes) as stream:
            return stream.read()
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise ProjectError(message, hint=hint) from error


def _check_readable(path: Path, status: os.stat_result, max_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        is_folder = stat.S_ISDIR(status.st_mode)
        found = "a folder" if is_folder else "a pipe, socket or device"
        raise OSError(errno.EINVAL, f"expected a file, got {found}", str(path))
    if status.st_size > max_bytes:
        reason = f"expected at most {max_bytes:,} bytes, got {status.st_size:,}"
        raise OSError(errno.EFBIG, reason, str(path))


def _open_at_once(path: str, flags: int) -> int:
    """Opening a pipe that took the file's place meanwhile does not wait either."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


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
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> TinycnnError:
    """What keeps a file or folder from being written, and what to do about it."""
    message = f"{path}: cannot be written: {error.strerror or error}"
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    hint = "free some space" if is_full else "choose another file"
    return TinycnnError(message, hint=hint)


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file `path` if nothing is raised meanwhile.

    Raises:
        OSError: If it cannot be written.
    """
    sweep(path.parent)
    part = path.with_name(f".{path.name}.{_stamp()}.part")
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
        sync(path.parent)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def scratch_folder(within: Path | None = None) -> Iterator[Path]:
    """An empty folder that is gone afterwards; after a kill, with the next one's start.

    Args:
        within: Where it lies; where the system has such folders without.

    Raises:
        OSError: If it cannot be made.
        TinycnnError: If the system has no place for it.
    """
    sweep(within)
    try:
        place = within or tempfile.gettempdir()
    except FileNotFoundError as error:
        raise TinycnnError(
            "temporary files: expected a folder that can be written, got none",
            hint="free some space in the system's temporary folder, or set TMPDIR",
        ) from error
    prefix = f".tinycnn-{_stamp()}-"
    with tempfile.TemporaryDirectory(dir=place, prefix=prefix) as name:
        yield Path(name)


def sweep(folder: Path | None, *, is_ours: bool = False) -> None:
    """Delete what killed processes of this computer left in `folder`.

    Args:
        folder: Where things are written; None is where the system has such folders.
        is_ours: Nobody else writes there, so that all that is not finished is left.
    """
    entries: list[Path] = []
    with contextlib.suppress(OSError):  # a full disk has no place for such folders
        entries += (folder or Path(tempfile.gettempdir())).iterdir()
    for path in entries:
        is_unfinished = is_ours and path.match(".*.partial")
        if is_unfinished or _is_left(path.name):
            with contextlib.suppress(OSError):  # a compiler may still write there
                make_way(path)
                path.unlink(missing_ok=True)


def _is_left(name: str) -> bool:
    found = _LEFT.fullmatch(name)
    if not found:
        return False
    pid, host = (part for part in found.groups() if part)
    return host == _host() and not _is_running(int(pid))


def _stamp() -> str:
    return f"{os.getpid()}-{_host()}"


def _host() -> str:
    return f"{crc32(platform.node().encode()):08x}"


def _is_running(pid: int) -> bool:
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(_QUERY_LIMITED_INFORMATION, False, pid)
        return bool(handle and kernel.CloseHandle(handle))
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # another user's
    return True


@contextmanager
def writing_folder(path: Path) -> Iterator[Path]:
    """An empty folder that takes the place of `path` if nothing is raised meanwhile.

    Raises:
        OSError: If it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(path.parent) as scratch:
        new = scratch / path.name
        new.mkdir()
        yield new
        move_in(new, path)


def move_in(new: Path, place: Path) -> None:
    """Put a finished file or folder where `place` is; both are on one disk.

    What was there may be left at `new`, or beside it, for the caller to delete.

    Raises:
        OSError: If it cannot be moved; what was there stays.
    """
    _sync_all(new)
    if not os.path.lexists(place) or not (new.is_dir() or place.is_dir()):
        os.replace(new, place)
    elif not _exchange(new, place):
        _swap_in_two_steps(new, place)
    sync(place.parent)


def make_way(path: Path) -> None:
    """Delete a folder that lies where a file of ours belongs; a file is replaced."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)


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
    sync(path)


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk.

    Raises:
        OSError: If the system cannot.
    """
    if path.is_dir() and sys.platform == "win32":
        return  # a folder cannot be opened there
    # Windows brings to the disk only what may be written.
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

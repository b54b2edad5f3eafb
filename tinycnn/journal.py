"""A file of lines that only grows, for one writer at a time.

A line is in it whole or not at all: whoever is killed while writing leaves at most a
torn tail, which the next writer cuts off. Lines reach the disk in batches, about each
second; those of a killed process are safe at once, those of a power cut after that.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tinycnn.errors import TinycnnError
from tinycnn.files import cannot_write, sync

__all__ = ["Journal", "try_lock"]

_FAR = 1 << 30  # Windows forbids others to read what is locked: not what is written
_BUSY = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
_SYNC_EVERY_S = 1.0
_LONGEST = 1 << 26  # bytes of a line


class Journal:
    """The lines of a file, which is made if it is missing.

    Nothing of the file changes until a line is appended or all are dropped.

    Args:
        path: Where it is.

    Raises:
        TinycnnError: If another process has it, or it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._reporting():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = _open(path)
        try:
            self._have()
        except BaseException:
            os.close(self._file)
            raise
        self._synced_at = time.monotonic()

    def _have(self) -> None:
        """Lock the file; whatever follows its last whole line does not count."""
        if not try_lock(self._file):
            text = f"{self.path}: in use by another process"
            raise TinycnnError(text, hint="wait until it ends, then run this again")
        with self._reporting():
            self._size = os.fstat(self._file).st_size
            self._end = self._find_end()

    def _find_end(self) -> int:
        """Where the last whole line ends."""
        at = self._size
        while at:
            start = max(0, at - 65_536)
            os.lseek(self._file, start, os.SEEK_SET)
            found = os.read(self._file, at - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            at = start
        return 0

    @property
    def size(self) -> int:
        """Bytes of the whole lines."""
        return self._end

    def tail(self, count: int) -> bytes:
        """What follows the last whole line, at most so many bytes of it."""
        os.lseek(self._file, self._end, os.SEEK_SET)
        return os.read(self._file, count)

    def lines(self) -> Iterator[bytes]:
        """The whole lines, without their ends; one that is far too long is empty."""
        with open(self._file, "rb", closefd=False) as stream:
            stream.seek(0)
            while stream.tell() < self._end:
                line = stream.readline(_LONGEST)
                is_whole = line.endswith(b"\n")
                yield line[:-1] if is_whole else b""
                while line and not line.endswith(b"\n"):
                    line = stream.readline(_LONGEST)

    def append(self, line: bytes) -> None:
        """Add a line, given without its end; from now on no kill loses it.

        Raises:
            TinycnnError: If it cannot be written; the lines before it stay.
        """
        try:
            self._append(line + b"\n")
        except OSError as error:
            raise cannot_write(self.path, error) from error
        if time.monotonic() - self._synced_at > _SYNC_EVERY_S:
            self.sync()

    def _append(self, line: bytes) -> None:
        if self._size != self._end:
            self._cut(self._end)
        self._size += os.write(self._file, line)
        if self._size != self._end + len(line):  # the disk took a part
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._end = self._size

    def clear(self) -> None:
        """Drop all lines.

        Raises:
            TinycnnError: If the file cannot be written.
        """
        with self._reporting():
            self._cut(0)

    def sync(self) -> None:
        """Bring all lines to the disk.

        Raises:
            TinycnnError: If the system cannot.
        """
        with self._reporting():
            os.fsync(self._file)
        self._synced_at = time.monotonic()

    def close(self) -> None:
        """Bring all lines to the disk, and let others have the file.

        Raises:
            TinycnnError: If the system cannot write them.
        """
        try:
            self.sync()
        finally:
            os.close(self._file)

    def _cut(self, size: int) -> None:
        os.ftruncate(self._file, size)
        self._size = self._end = size

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise cannot_write(self.path, error) from error


def try_lock(descriptor: int) -> bool:
    """Lock an open file for this process; False if another one has it.

    The system lets go of it with the process, however that ends.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _FAR, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _BUSY  # some network disks cannot lock at all
    return True


def _open(path: Path) -> int:
    """The open file, which is made, and there after a power cut, if it was missing."""
    is_new = not path.exists()
    more = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    found = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | more, 0o644)
    if not stat.S_ISREG(os.fstat(found).st_mode):
        os.close(found)
        raise OSError(errno.EINVAL, "expected a file, got a pipe, socket or device")
    if is_new:
        sync(path.parent)
    return found

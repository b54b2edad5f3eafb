"""Who works on a build folder: one process at a time, and the others are told who.

The system holds the lock and lets go of it with the process, however that ends: a file
that a kill left behind locks nothing, whoever has its number now. What the file says is
only for the message.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tinycnn.artifacts.build_folder import BuildFolder
from tinycnn.errors import TinycnnError
from tinycnn.files import make_way, sweep
from tinycnn.journal import try_lock

__all__ = ["claim"]

_MAX_BYTES = 4_096


@contextmanager
def claim(build: BuildFolder, command: str, *, makes: bool) -> Iterator[None]:
    """Have the build folder for this process; what killed ones left there is swept.

    Args:
        build: The build folder.
        command: What is done with it, for whoever wants it meanwhile.
        makes: Make the folder if it is missing; if not, there is nothing to claim.

    Raises:
        TinycnnError: If another process has it, or it cannot be written.
    """
    if not makes and not build.path.is_dir():
        yield
        return
    try:
        build.path.mkdir(parents=True, exist_ok=True)
        descriptor = _lock(build)
    except OSError as error:
        raise TinycnnError(
            f"{build.path}: cannot be written: {error.strerror or error}",
            hint="check free space and permissions of the build folder",
        ) from error
    try:
        _write_owner(descriptor, command)
        sweep(build.path, is_ours=True)
        sweep(None)
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows deletes nothing that is open
            build.lock.unlink()
        os.close(descriptor)


def _lock(build: BuildFolder) -> int:
    """The open, locked file; it is the one that lies there, not a deleted one."""
    while True:
        _remove_what_is_no_file(build.lock)
        descriptor = os.open(build.lock, os.O_RDWR | os.O_CREAT, 0o644)
        is_locked = False
        try:
            if not try_lock(descriptor):
                raise _busy(build, descriptor)
            there = os.stat(build.lock)
            is_locked = os.path.samestat(os.fstat(descriptor), there)
        except FileNotFoundError:
            pass  # who had it deleted it just now
        finally:
            if not is_locked:
                os.close(descriptor)
        if is_locked:
            return descriptor


def _busy(build: BuildFolder, descriptor: int) -> TinycnnError:
    """Says who has it, if that is written there already."""
    for _ in range(10):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            os.lseek(descriptor, 0, os.SEEK_SET)
            owner = json.loads(os.read(descriptor, _MAX_BYTES))
            who = f"tinycnn {owner['command']}, process {owner['pid']}"
            if owner["host"] != platform.node():
                who += f" on {owner['host']}"
            text = f"{build.path}: in use by {who}, since {owner['since']}"
            return TinycnnError(text, hint="wait until it ends, then run this again")
        time.sleep(0.02)
    text = f"{build.path}: in use by another process"
    return TinycnnError(text, hint="wait until it ends, then run this again")


def _write_owner(descriptor: int, command: str) -> None:
    owner = {
        "command": command,
        "pid": os.getpid(),
        "host": platform.node(),
        "since": time.strftime("%Y-%m-%d %H:%M:%S"),
    }
    with contextlib.suppress(OSError):  # a full disk: locked it is all the same
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, json.dumps(owner).encode())


def _remove_what_is_no_file(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(path.lstat().st_mode):
            make_way(path)
            path.unlink()

"""Where trials are kept: Optuna's journal in a file, or a database for many computers.

A journal is one file that any number of processes append to under a lock of the system,
which a killed process gives back at once. What a kill tore at its end is cut, under the
lock, before anybody appends: glued to the next record it could never be read again.
"""

from __future__ import annotations

import contextlib
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tinycnn.errors import ProjectError, ToolchainError

__all__ = ["STUDY", "open_storage", "reach"]

STUDY = "tinycnn"
_POSTGRESQL = re.compile(r"postgresql(\+psycopg2)?://")
_PROXY = "grpc://"
_PATIENCE_S = 10  # with a proxy that is just being started


class _FileLock:
    """A lock of the system on a file beside the journal."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None

    def acquire(self) -> bool:
        """Wait for it."""
        import fcntl

        self._file = self._path.open("ab")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return True

    def release(self) -> None:
        """Give it back; whoever waits longest gets it."""
        self._file.close()


def open_storage(store: str) -> Any:
    """Optuna's storage at a path, `postgresql://...` or `grpc://HOST:PORT`.

    Raises:
        ToolchainError: If Optuna or a driver is not installed.
        ProjectError: If it cannot be opened.
    """
    hint = "pip install 'tinycnn[search]'"
    try:
        import optuna
        from optuna.storages import JournalStorage, RDBStorage
        from optuna.storages.journal import JournalFileBackend
    except ImportError as error:
        raise ToolchainError("search: Optuna is not installed", hint=hint) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with _no_warnings():
            if store.startswith(_PROXY):
                from optuna.storages import GrpcStorageProxy

                host, _, port = store.removeprefix(_PROXY).partition(":")
                server = GrpcStorageProxy(host=host, port=int(port or 13_000))
                server.wait_server_ready(timeout=_PATIENCE_S)
                return server
            if _POSTGRESQL.match(store):  # the driver that we install, by name
                return RDBStorage(_POSTGRESQL.sub("postgresql+psycopg2://", store))
            if "://" in store:
                raise ValueError("not a kind of store that is known")
            path = Path(store)
            path.parent.mkdir(parents=True, exist_ok=True)
            lock: Any = _FileLock(path.with_name(f"{path.name}.held"))
            with _held(lock):
                _cut_torn_end(path)
            return JournalStorage(JournalFileBackend(str(path), lock_obj=lock))
    except ImportError as error:
        raise ToolchainError(f"search: {error}", hint=hint) from error
    except Exception as error:  # a driver raises whatever it met
        raise ProjectError(
            f"{store}: cannot be opened: {_first_line(error)}",
            hint="give a file, postgresql://USER@HOST/NAME or grpc://HOST:PORT",
        ) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__


@contextlib.contextmanager
def reach(store: str) -> Iterator[None]:
    """Tell in one line that a store went away while it is used.

    Raises:
        ToolchainError: If it cannot be reached any more.
    """
    from optuna.exceptions import StorageInternalError

    try:
        from grpc import RpcError
    except ImportError:  # then nobody speaks to a proxy
        RpcError = StorageInternalError
    try:
        yield
    except (StorageInternalError, RpcError) as error:
        raise ToolchainError(
            f"{store}: cannot be reached",
            hint="what was told is kept there; the same command goes on with it",
        ) from error


@contextlib.contextmanager
def _held(lock: _FileLock) -> Iterator[None]:
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _cut_torn_end(path: Path) -> None:
    """Cut what follows the last line's end."""
    if not path.is_file():
        return
    with path.open("r+b") as file:
        data = file.read()
        whole = data.rfind(b"\n") + 1
        if whole != len(data):
            file.truncate(whole)
            os.fsync(file.fileno())


@contextlib.contextmanager
def _no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield

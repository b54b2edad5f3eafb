"""Find a published file in a local folder, or download it into the user's cache.

A file is its SHA-256: what is found or downloaded must match it, so the transport need
not be trusted. A download goes to a temporary file beside its destination and is
renamed when it is whole and verified; an interrupted one leaves nothing.
"""

from __future__ import annotations

import hashlib
import http.client
import logging
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from platformdirs import user_cache_path

from tinycnn.errors import DatasetError
from tinycnn.files import reading, writing

__all__ = ["Progress", "RemoteFile", "cache_dir", "check_sha256", "find_file"]
__all__ += ["locate_file"]

_CHUNK_BYTES = 1 << 18
_MAX_BYTES = 1 << 30  # no published file is nearly as large
_TIMEOUT_S = 30.0

_log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with the name of what arrives, how much of it has, and how much it is."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A published file.

    Attributes:
        name: Its file name.
        url: Where it is published.
        bytes: Its size.
        sha256: Its digest, in hexadecimal.
    """

    name: str
    url: str
    bytes: int
    sha256: str


def cache_dir() -> Path:
    """The user's cache folder for data sets, as the operating system places it."""
    return user_cache_path("tinycnn") / "datasets"


def find_file(
    dataset: str,
    file: RemoteFile,
    *,
    folders: Sequence[Path] = (),
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Path:
    """The verified local copy of `file`, downloaded when there is none.

    Args:
        dataset: The data set's name; the file is looked for in its sub-folder.
        file: The file.
        folders: Looked in first, in order, as `folder/dataset/name`.
        cache: Looked in last, and where a download goes; `cache_dir()` when None.
        progress: Told how a download proceeds.

    Raises:
        DatasetError: If a copy differs from the published file or cannot be read, or
            the download fails.
    """
    found = locate_file(dataset, file, folders=folders, cache=cache)
    if found is not None:
        check_sha256(found, file.sha256)
        return found
    cached = (cache_dir() if cache is None else cache) / dataset / file.name
    _download(file, cached, progress)
    return cached


def locate_file(
    dataset: str,
    file: RemoteFile,
    *,
    folders: Sequence[Path] = (),
    cache: Path | None = None,
) -> Path | None:
    """Where `find_file` would find `file` without a download, still unverified."""
    places = (*folders, cache_dir() if cache is None else cache)
    candidates = (place / dataset / file.name for place in places)
    return next((path for path in candidates if path.is_file()), None)


def check_sha256(path: Path, expected: str) -> None:
    """Read the file at `path` and compare its digest.

    Raises:
        DatasetError: If the file cannot be read or differs.
    """
    digest = hashlib.sha256()
    try:
        with reading(path, max_bytes=_MAX_BYTES) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror}") from error
    _compare(str(path), digest.hexdigest(), expected, "delete it, then run again")


def _compare(subject: str, got: str, expected: str, hint: str) -> None:
    if got != expected:
        message = f"{subject}: expected sha256 {expected}, got {got}"
        raise DatasetError(message, hint=hint)


def _download(file: RemoteFile, path: Path, progress: Progress | None) -> None:
    """Download `file` to `path`, whole and verified or not at all."""
    _log.info("downloading %s", file.url)
    hint = (
        f"check the network, or put {file.name} into {path.parent} by hand, or into "
        f"a folder {path.parent.name} under the folder that TINYCNN_DATA names"
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing(path) as stream:
            digest = _receive(file, stream, progress)
            _compare(file.url, digest, file.sha256, hint)
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise DatasetError(f"{file.url}: cannot download: {reason}", hint) from error


def _receive(file: RemoteFile, stream: BinaryIO, progress: Progress | None) -> str:
    """Copy the file's bytes to `stream`; their digest. Never more than announced."""
    digest, received = hashlib.sha256(), 0
    with urllib.request.urlopen(file.url, timeout=_TIMEOUT_S) as response:
        while received <= file.bytes and (chunk := response.read(_CHUNK_BYTES)):
            stream.write(chunk)
            digest.update(chunk)
            received += len(chunk)
            if progress is not None:
                progress(file.name, received, file.bytes)
    return digest.hexdigest()

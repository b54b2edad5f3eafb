"""Digests by which a build knows again what its artifacts were made of."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tinycnn.files import reading

__all__ = ["hash_if_there", "hash_json", "hash_path", "is_unchanged"]

_MAX_BYTES = 1 << 32  # more than weights of any network that is for a microcontroller
# Of PlatformIO, CMake and west, ESP-IDF.
_LEFT_BY_TOOLS = frozenset({".pio", "build", "managed_components", "sdkconfig"})
_CHUNK_BYTES = 1 << 20


def hash_path(path: Path) -> str:
    """SHA-256 of a file, or of a folder's names and contents.

    What a framework's own tools leave in a folder of sources is not counted.

    Raises:
        OSError: If it cannot be read, or is a pipe, socket or device.
    """
    digest = hashlib.sha256()
    if path.is_dir():
        for entry in sorted(path.iterdir()):
            if entry.name in _LEFT_BY_TOOLS:
                continue
            digest.update(f"{entry.name}\0{hash_path(entry)}\0".encode())
    else:
        with reading(path, max_bytes=_MAX_BYTES) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()


def hash_if_there(path: Path) -> str | None:
    """As `hash_path`; None of what is not there or cannot be read."""
    try:
        return hash_path(path)
    except OSError:
        return None


def is_unchanged(path: Path, digest: str | None) -> bool:
    """Whether a file or folder is there, with the content of `digest`."""
    return digest is not None and hash_if_there(path) == digest


def hash_json(value: object) -> str:
    """SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()

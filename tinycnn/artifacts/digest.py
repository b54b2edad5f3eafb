"""Digests by which a build knows again what its artifacts were made of."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

__all__ = ["hash_json", "hash_path", "is_unchanged"]


def hash_path(path: Path) -> str:
    """SHA-256 of a file, or of a folder's names and contents.

    Raises:
        OSError: If it cannot be read.
    """
    digest = hashlib.sha256()
    if path.is_dir():
        for entry in sorted(path.iterdir()):
            digest.update(f"{entry.name}\0{hash_path(entry)}\0".encode())
    else:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_unchanged(path: Path, digest: str | None) -> bool:
    """Whether a file or folder is there, with the content of `digest`."""
    return path.exists() and hash_path(path) == digest


def hash_json(value: object) -> str:
    """SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()

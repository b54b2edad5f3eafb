"""A path -> the bytes of a `.tflite` file, or what lies there instead."""

from __future__ import annotations

from pathlib import Path

from tinycnn.compiler.reading.file_kind import find_kind, find_kind_of_folder
from tinycnn.errors import UnsupportedModelError
from tinycnn.files import read_whole

__all__ = ["read_model"]

_IDENTIFIER = b"TFL3"


def read_model(path: Path) -> bytes:
    """The bytes of the `.tflite` file at `path`.

    Raises:
        ProjectError: If it cannot be read.
        ModelError: If it is something else, with what it is.
    """
    if path.is_dir():
        kind = find_kind_of_folder(path)
        raise UnsupportedModelError(
            f"{path}: expected a .tflite file, got {kind.title}", kind.hint(str(path))
        )
    data = read_whole(path, hint="give a .tflite file or a project")
    if data[4:8] != _IDENTIFIER:
        kind = find_kind(data)
        text = f"{path}: expected a .tflite file, got {kind.title}"
        raise UnsupportedModelError(text, kind.hint(path.name))
    return data

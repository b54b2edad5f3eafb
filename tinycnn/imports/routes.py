"""All routes, of which a file takes the first that knows it by its content."""

from __future__ import annotations

import os
from pathlib import Path

from tinycnn.compiler.reading.file_kind import find_kind, find_kind_of_folder
from tinycnn.errors import UnsupportedModelError
from tinycnn.files import read_whole
from tinycnn.imports import (
    archives,
    c_array_file,
    keras_file,
    onnx_file,
    qdq,
    saved_model,
    tflite_float,
    tflite_int8,
    torch_file,
)
from tinycnn.imports.imported import Imported, Route, Source, Wishes

__all__ = ["ROUTES", "open_source", "read_source"]

_HINT = "docs/import.md lists what it can be: .keras, .tflite, .onnx, .pt2 and others"


def open_source(path: Path, title: str = "") -> Source:
    """What lies at a path, a file or a folder; messages call it `title`.

    Raises:
        ProjectError: If it cannot be read.
    """
    if os.path.isdir(path):
        return Source(title or str(path), path=path)
    return Source(title or str(path), read_whole(path, hint=_HINT), path)


def read_source(source: Source, wishes: Wishes) -> Imported:
    """What a route makes of it.

    Raises:
        UnsupportedModelError: If no route knows it, or the route cannot take it.
        TinycnnError: If the route fails.
    """
    for route in ROUTES:
        if route.matches(source):
            return route.read(source, wishes)
    is_folder = source.path is not None and os.path.isdir(source.path)
    kind = (
        find_kind_of_folder(source.path)
        if is_folder and source.path
        else find_kind(source.data)
    )
    text = f"{source.name}: expected a network, got {kind.title}"
    raise UnsupportedModelError(text, hint=_HINT)


ROUTES: tuple[Route, ...] = (
    keras_file.ROUTE,
    tflite_int8.ROUTE,
    tflite_float.ROUTE,
    saved_model.ROUTE,
    torch_file.ROUTE,
    torch_file.PICKLE_ROUTE,
    archives.make_route(read_source),
    c_array_file.ROUTE,
    qdq.ROUTE,  # before ONNX in real numbers
    onnx_file.ROUTE,
)

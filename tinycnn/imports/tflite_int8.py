"""Finished int8 `.tflite` files (also named `.lite`): taken as they are."""

from __future__ import annotations

from tinycnn.compiler.reading.number_kind import find_number_kind
from tinycnn.imports.imported import Imported, Route, Source, Wishes

__all__ = ["ROUTE"]


def _matches(source: Source) -> bool:
    return source.data[4:8] == b"TFL3" and find_number_kind(source.data) is None


def _read(source: Source, wishes: Wishes) -> Imported:
    return Imported("int8", source.data, said=("a finished int8 .tflite",))


ROUTE = Route("an int8 .tflite", _matches, _read)

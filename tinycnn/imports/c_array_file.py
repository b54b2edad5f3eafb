"""C files that hold a `.tflite` as an array of bytes, as sketches do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tinycnn.compiler.reading.number_kind import find_number_kind
from tinycnn.errors import UnsupportedModelError
from tinycnn.imports.imported import Imported, Route, Source, Wishes

__all__ = ["ROUTE"]

_ARRAY = re.compile(rb"\[[^\]{};]*\][^{};=]*=\s*\{([^}]*)\}")
_COMMENT = re.compile(rb"/\*.*?\*/|//[^\n]*", re.DOTALL)
_NUMBER = re.compile(rb"0[xX]([0-9a-fA-F]{1,2})|(\d{1,3})")
_LEAST = 100  # numbers; shorter arrays are no network


def _matches(source: Source) -> bool:
    is_text = b"\0" not in source.data[:4096] and b"{" in source.data
    return is_text and next(_models(source.data), None) is not None


def _read(source: Source, wishes: Wishes) -> Imported:
    models = list(dict.fromkeys(_models(source.data)))
    if len(models) > 1:
        raise UnsupportedModelError(
            f"{source.name}: expected one network, got arrays of {len(models)}",
            hint="keep one of them in the file",
        )
    kind = find_number_kind(models[0])
    if kind is not None:
        raise UnsupportedModelError(
            f"{source.name}: expected an int8 network in its array, got {kind}",
            hint="convert or export it again, int8 quantized",
        )
    said = (f"an int8 .tflite of {len(models[0]):,} bytes in a C array",)
    return Imported("int8", models[0], said=said)


def _models(text: bytes) -> Iterator[bytes]:
    """The `.tflite` files in a C file's arrays."""
    for match in _ARRAY.finditer(_COMMENT.sub(b" ", text)):
        numbers = _NUMBER.findall(match[1])
        values = [int(h, 16) if h else int(d) for h, d in numbers]
        if len(values) >= _LEAST and max(values) < 256:
            data = bytes(values)
            if data[4:8] == b"TFL3":
                yield data


ROUTE = Route("a C array of an int8 .tflite", _matches, _read)

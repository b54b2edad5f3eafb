"""A reader of flatbuffers that trusts nothing: every access is bounds-checked.

In: the bytes of a file that anybody may have written. Out: tables, vectors and scalars,
or an `InvalidModelError` that says where the file goes wrong. Follows the FlatBuffers
binary format ("Internals", little endian): a table starts with a signed offset back to
its vtable, which lists the place of each field.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tinycnn.errors import InvalidModelError

__all__ = ["Table", "root_table"]

_MAX_STRING_BYTES = 512


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a flatbuffer; fields are named by their number in the schema."""

    data: bytes
    position: int

    def int8(self, field: int, default: int = 0) -> int:
        """A signed byte, or `default` when the field is absent."""
        return self._scalar(field, "<b", default)

    def uint8(self, field: int, default: int = 0) -> int:
        """An unsigned byte."""
        return self._scalar(field, "<B", default)

    def int32(self, field: int, default: int = 0) -> int:
        """A 32-bit integer."""
        return self._scalar(field, "<i", default)

    def uint32(self, field: int, default: int = 0) -> int:
        """An unsigned 32-bit integer."""
        return self._scalar(field, "<I", default)

    def uint64(self, field: int, default: int = 0) -> int:
        """An unsigned 64-bit integer."""
        return self._scalar(field, "<Q", default)

    def float32(self, field: int, default: float = 0.0) -> float:
        """A 32-bit float."""
        place = self.place(field)
        return default if place is None else float(_unpack(self.data, "<f", place))

    def table(self, field: int) -> Table | None:
        """A sub-table; None when absent."""
        place = self.place(field)
        if place is None:
            return None
        return _table(self.data, _follow(self.data, place))

    def tables(self, field: int, limit: int) -> tuple[Table, ...]:
        """A vector of at most `limit` tables; empty when absent.

        Raises:
            InvalidModelError: If there are more, or any lies outside the file.
        """
        start, count = self.span(field, 4)
        if count > limit:
            raise InvalidModelError(
                f"vector at byte {start}: expected at most {limit} tables, got {count}"
            )
        places = range(start, start + 4 * count, 4)
        return tuple(_table(self.data, _follow(self.data, p)) for p in places)

    def array(self, field: int, dtype: DTypeLike) -> NDArray[np.generic] | None:
        """A vector of scalars as a read-only array; None when absent."""
        if self.place(field) is None:
            return None
        little_endian = np.dtype(dtype).newbyteorder("<")
        start, count = self.span(field, little_endian.itemsize)
        return np.frombuffer(self.data, little_endian, count, start)

    def string(self, field: int) -> str:
        """A string fit for a message: one line, printable, not long."""
        start, count = self.span(field, 1)
        raw = self.data[start : start + min(count, _MAX_STRING_BYTES)]
        text = raw.decode("utf-8", "replace")
        return "".join(c if c.isprintable() else "?" for c in text)

    def _scalar(self, field: int, form: str, default: int) -> int:
        place = self.place(field)
        return default if place is None else int(_unpack(self.data, form, place))

    def place(self, field: int) -> int | None:
        """Where a field's value lies; None when the table does not have it."""
        vtable = self.position - int(_unpack(self.data, "<i", self.position))
        vtable_bytes = int(_unpack(self.data, "<H", vtable))
        entry = 4 + 2 * field
        if entry + 2 > vtable_bytes:
            return None
        offset = int(_unpack(self.data, "<H", vtable + entry))
        return self.position + offset if offset else None

    def span(self, field: int, item_bytes: int) -> tuple[int, int]:
        """First byte and number of items of a vector; (0, 0) when absent."""
        place = self.place(field)
        if place is None:
            return 0, 0
        length_place = _follow(self.data, place)
        count = int(_unpack(self.data, "<I", length_place))
        start = length_place + 4
        if start + count * item_bytes > len(self.data):
            raise InvalidModelError(
                f"vector at byte {start}: expected {count * item_bytes} bytes, "
                f"got {len(self.data) - start} until the end of the file",
                hint="the file is truncated or broken: fetch or convert it again",
            )
        return start, count


def root_table(data: bytes, identifier: bytes) -> Table:
    """The root table of a flatbuffer whose file identifier is `identifier`.

    Raises:
        InvalidModelError: If the file is too short or no such file.
    """
    if len(data) < 8 or data[4:8] != identifier:
        raise InvalidModelError(
            f"file identifier: expected {identifier!r} at byte 4, got {data[4:8]!r}",
            hint="give a .tflite file",
        )
    return _table(data, _follow(data, 0))


def _table(data: bytes, position: int) -> Table:
    _unpack(data, "<i", position)
    return Table(data, position)


def _follow(data: bytes, place: int) -> int:
    """Where the offset at `place` points to; offsets only point forward."""
    return place + int(_unpack(data, "<I", place))


def _unpack(data: bytes, form: str, place: int) -> int | float:
    size = struct.calcsize(form)
    if place < 0 or place + size > len(data):
        raise InvalidModelError(
            f"offset {place}: outside the file of {len(data)} bytes",
            hint="the file is truncated or broken: fetch or convert it again",
        )
    value: int | float = struct.unpack_from(form, data, place)[0]
    return value

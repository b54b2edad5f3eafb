"""The debug harness from the host's side: checksums of places, and their bytes.

Firmware that is traced serves CHECKSUM and TENSOR; `firmware/trace/tcnn_trace.h` is its
manual. What is parsed here comes from a wire and is checked.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from tinycnn.errors import ProtocolError

__all__ = ["Checksums", "read_checksums", "read_tensor"]

_PLACE_BYTES = 2
_HEAD = struct.Struct("<HI")

# Sends what is left of the image behind a head: the reply to it.
Ask = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Checksums:
    """What a traced device saw in one inference.

    Attributes:
        table: CRC-32 of its table of places.
        values: CRC-32 of each place's bytes.
    """

    table: int
    values: tuple[int, ...]


def read_checksums(run: Ask) -> Checksums:
    """The checksums of all places; a model of many is run several times.

    Args:
        run: Sends a head, with it the image, for a CHECKSUM.

    Raises:
        ProtocolError: If a reply is not what the protocol allows.
    """
    values: tuple[int, ...] = ()
    while True:
        reply = run(len(values).to_bytes(_PLACE_BYTES, "little"))
        rest = len(reply) - _HEAD.size
        if rest <= 0 or rest % 4:
            raise ProtocolError(f"CHECKSUM reply: {len(reply)} bytes")
        count, table = _HEAD.unpack_from(reply)
        values += struct.unpack_from(f"<{rest // 4}I", reply, _HEAD.size)
        if len(values) > count:
            raise ProtocolError(f"CHECKSUM reply: {len(values)} of {count} places")
        if len(values) == count:
            return Checksums(table, values)


def read_tensor(place: int, size: int, run: Ask, go_on: Ask) -> bytes:
    """The `size` bytes of a place.

    Args:
        place: Its number.
        size: As both sides' tables have it.
        run: Sends a head, with it the image, for a TENSOR.
        go_on: Sends a head alone.

    Raises:
        ProtocolError: If a reply is not what the protocol allows.
    """
    data = run(_HEAD.pack(place, 0))
    while data and len(data) < size:
        part = go_on(_HEAD.pack(place, len(data)))
        if not part:
            break
        data += part
    if len(data) != size:
        raise ProtocolError(f"TENSOR reply: expected {size} bytes, got {len(data)}")
    return data

"""Packets of the link: bytes in, packets out and back, no I/O.

The host's side of `tcnn_packet.h`; `firmware/include/tcnn/harness.h` is the manual:
COBS, a zero byte at the end, a 12-byte header, a CRC-32. Shared test vectors pin both
sides. What is no sound packet is dropped and counted.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum

from tinycnn.errors import ProtocolError

__all__ = [
    "DELIMITER",
    "MAX_PAYLOAD_BYTES",
    "NO_SEQUENCE",
    "PROTOCOL_VERSION",
    "ErrorCode",
    "Packet",
    "PacketDecoder",
    "PacketType",
    "cobs_decode",
    "cobs_encode",
    "decode_packet",
    "encode_packet",
]

PROTOCOL_VERSION = 3
DELIMITER = b"\0"
NO_SEQUENCE = 0xFFFFFFFF
MAX_PAYLOAD_BYTES = 16_384

_HEADER = struct.Struct("<BBHII")
_CRC = struct.Struct("<I")
_OVERHEAD_BYTES = _HEADER.size + _CRC.size
_LONGEST_RUN = 254
_MAX_PACKET_BYTES = MAX_PAYLOAD_BYTES + _OVERHEAD_BYTES
_MAX_ENCODED_BYTES = _MAX_PACKET_BYTES + 1 + _MAX_PACKET_BYTES // _LONGEST_RUN


class PacketType(IntEnum):
    """Types of requests; a reply has the request's type plus REPLY, or is an ERROR.

    A request that is to follow the one before it has its type plus CHAINED.
    """

    HELLO = 0x01
    WRITE = 0x02
    INFER = 0x03
    READ = 0x04
    PROFILE = 0x05
    FRAME = 0x06
    STATUS = 0x07
    CHECKSUM = 0x08
    TENSOR = 0x09
    RESTART = 0x0A
    CHAINED = 0x40
    REPLY = 0x80
    ERROR = 0xFF


class ErrorCode(IntEnum):
    """Codes of an ERROR."""

    VERSION = 1
    TYPE = 2
    SESSION = 3
    LENGTH = 4
    RANGE = 5
    BAD_PACKET = 6
    MODEL = 7
    ORDER = 8


@dataclass(frozen=True, slots=True)
class Packet:
    """One request or reply."""

    type: int
    session: int
    sequence: int
    payload: bytes = b""
    version: int = PROTOCOL_VERSION


def cobs_encode(data: bytes) -> bytes:
    r"""Encode `data` so that it has no zero byte (consistent overhead byte stuffing).

    >>> cobs_encode(b"\x11\x00\x22")
    b'\x02\x11\x02"'
    """
    encoded = bytearray()
    blocks = data.split(DELIMITER)
    last = len(blocks) - 1
    for index, block in enumerate(blocks):
        start = 0
        while len(block) - start >= _LONGEST_RUN:
            encoded.append(_LONGEST_RUN + 1)
            encoded += block[start : start + _LONGEST_RUN]
            start += _LONGEST_RUN
        if start == 0 or start < len(block) or index < last:
            encoded.append(len(block) - start + 1)
            encoded += block[start:]
    return bytes(encoded)


def cobs_decode(encoded: bytes) -> bytes:
    r"""Undo `cobs_encode`.

    >>> cobs_decode(b"\x02\x11\x02\x22")
    b'\x11\x00"'

    Raises:
        ProtocolError: If a run goes beyond the end.
    """
    data = bytearray()
    start, size = 0, len(encoded)
    while start < size:
        end = start + encoded[start]
        if end > size or end == start:
            raise ProtocolError(f"packet of {size} bytes: cut or corrupt")
        data += encoded[start + 1 : end]
        if end < size and end - start <= _LONGEST_RUN:
            data.append(0)
        start = end
    return bytes(data)


def encode_packet(packet: Packet) -> bytes:
    """The bytes to send for `packet`, with the delimiter at their end."""
    head = (packet.version, packet.type, len(packet.payload), packet.session)
    body = _HEADER.pack(*head, packet.sequence) + packet.payload
    return cobs_encode(body + _CRC.pack(zlib.crc32(body))) + DELIMITER


def decode_packet(encoded: bytes) -> Packet:
    """The packet in `encoded`, which is without its delimiter.

    Raises:
        ProtocolError: If it is corrupt.
    """
    data = cobs_decode(encoded)
    if not _OVERHEAD_BYTES <= len(data) <= _MAX_PACKET_BYTES:
        raise ProtocolError(f"packet of {len(data)} bytes: too short or too long")
    body = data[: -_CRC.size]
    (crc,) = _CRC.unpack_from(data, len(body))
    if crc != zlib.crc32(body):
        raise ProtocolError(f"packet of {len(data)} bytes: wrong CRC")
    version, kind, length, session, sequence = _HEADER.unpack_from(body)
    payload = body[_HEADER.size :]
    if length != len(payload):
        raise ProtocolError(f"packet: expected {length} bytes, got {len(payload)}")
    return Packet(kind, session, sequence, payload, version)


class PacketDecoder:
    """Cuts a stream into packets; drops what is none, and remembers how much it was.

    Attributes:
        broken: Packets dropped so far.
        last_broken: Beginning of the last of them: a device that crashes or boots
            often says so in plain text.
    """

    def __init__(self) -> None:
        self.broken = 0
        self.last_broken = b""
        self._pending = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[Packet]:
        """The packets that are complete with `data`, oldest first."""
        *ended, pending = (self._pending + data).split(DELIMITER)
        packets = []
        for encoded in ended:
            if self._skipping:
                self._skipping = False
            elif len(encoded) > _MAX_ENCODED_BYTES:
                self._drop(encoded)
            elif encoded:
                try:
                    packets.append(decode_packet(encoded))
                except ProtocolError:
                    self._drop(encoded)
        if not self._skipping and len(pending) > _MAX_ENCODED_BYTES:
            self._drop(pending)
            self._skipping = True
        self._pending = b"" if self._skipping else pending
        return packets

    def unfinished(self) -> bytes:
        """What has arrived of a packet that has not ended."""
        return self._pending

    def _drop(self, encoded: bytes) -> None:
        self.broken += 1
        self.last_broken = encoded[:200]

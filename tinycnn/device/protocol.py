"""The protocol between host and device: bytes in, packets and values out, no I/O.

This is the host's side of `firmware/include/tcnn/harness.h`, which is the manual: COBS
packets that end with a zero byte, a 12-byte header, a CRC-32. Shared test vectors pin
both sides. Everything here comes from a wire and is checked; text from a device is made
printable before anybody sees it.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum

from tinycnn.errors import ProtocolError
from tinycnn.frames import PIXEL_BYTES, FrameFormat

__all__ = [
    "DELIMITER",
    "MAX_PAYLOAD_BYTES",
    "NO_SEQUENCE",
    "PROTOCOL_VERSION",
    "DeviceInfo",
    "ErrorCode",
    "Packet",
    "PacketDecoder",
    "PacketType",
    "StepRun",
    "TensorInfo",
    "cobs_decode",
    "cobs_encode",
    "decode_packet",
    "encode_packet",
    "frame_payload",
    "parse_error",
    "parse_frame",
    "parse_hello",
    "parse_inference",
    "parse_profile",
    "printable",
    "profile_payload",
    "read_payload",
    "write_payload",
]

PROTOCOL_VERSION = 2
DELIMITER = b"\0"
NO_SEQUENCE = 0xFFFFFFFF
MAX_PAYLOAD_BYTES = 16_384
OFFSET_BYTES = 4
FIRST_STEP_BYTES = 2
FIRST_INPUT_BYTES = 4

_HEADER = struct.Struct("<BBHII")
_CRC = struct.Struct("<I")
_HELLO = struct.Struct("<4sHHIII8s32sBB")
_TIMES = struct.Struct("<II")
_STEP = struct.Struct("<III")
_FRAME_FORMAT = struct.Struct("<HHB")
_PIXELS = {size: pixels for pixels, size in PIXEL_BYTES.items()}
_CACHE_ON, _COUNTER_RUNS, _CACHE_KNOWN = 1, 2, 4
_OVERHEAD_BYTES = _HEADER.size + _CRC.size
_LONGEST_RUN = 254
_MAX_PACKET_BYTES = MAX_PAYLOAD_BYTES + _OVERHEAD_BYTES
_MAX_ENCODED_BYTES = _MAX_PACKET_BYTES + 1 + _MAX_PACKET_BYTES // _LONGEST_RUN
_MAX_RANK = 6
_MAX_TENSORS = 8
_MAX_TENSOR_BYTES = 16 * 2**20
_DTYPES = {0: ("int8", 1), 1: ("uint8", 1), 2: ("float32", 4)}


class PacketType(IntEnum):
    """Types of requests; a reply has the request's type plus REPLY, or is an ERROR."""

    HELLO = 0x01
    WRITE = 0x02
    INFER = 0x03
    READ = 0x04
    PROFILE = 0x05
    FRAME = 0x06
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


@dataclass(frozen=True, slots=True)
class Packet:
    """One request or reply."""

    type: int
    session: int
    sequence: int
    payload: bytes = b""
    version: int = PROTOCOL_VERSION


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """A model's input or output: real = scale * (value - zero_point)."""

    dtype: str
    shape: tuple[int, ...]
    scale: float
    zero_point: int
    bytes: int


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """What a device says of itself and of its model in HELLO.

    Attributes:
        board_id: 16 hexadecimal digits, unique to the device; zeros when unknown.
        clock_hz: Processor clock; 0 when unknown.
        arena_bytes: Memory of the model's activations.
        stack_bytes: Most stack used since start; 0 when unknown.
        max_payload: Largest payload of a request or reply, in bytes.
        cache_on: Whether the instruction cache is on; None when unknown.
        counts_cycles: Whether its cycle counter runs.
        frame: The raw frames that it takes; None if it takes none.
    """

    board: str
    board_id: str
    model: str
    model_sha256: str
    generator: str
    numerics: str
    clock_hz: int
    arena_bytes: int
    stack_bytes: int
    max_payload: int
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    cache_on: bool | None
    counts_cycles: bool
    frame: FrameFormat | None = None

    @property
    def input_bytes(self) -> int:
        """Bytes of all inputs, laid end to end."""
        return sum(tensor.bytes for tensor in self.inputs)

    @property
    def output_bytes(self) -> int:
        """Bytes of all outputs, laid end to end."""
        return sum(tensor.bytes for tensor in self.outputs)

    def replied_bytes(self, size: int) -> int:
        """How many of `size` bytes fit the reply to INFER or FRAME."""
        return min(size, self.max_payload - _TIMES.size)


@dataclass(frozen=True, slots=True)
class StepRun:
    """What one kernel call took.

    Attributes:
        cycles: Processor cycles; 0 when the device has no counter.
        micros: Microseconds, by the device's clock.
        stack_bytes: Most stack used; 0 when unknown.
    """

    cycles: int
    micros: int
    stack_bytes: int


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


def write_payload(offset: int, part: bytes) -> bytes:
    """Payload of WRITE and INFER: `part` of the input, which begins at `offset`."""
    return offset.to_bytes(OFFSET_BYTES, "little") + part


def parse_hello(payload: bytes) -> DeviceInfo:
    """What the payload of a HELLO reply says.

    Raises:
        ProtocolError: If it is not what the protocol allows.
    """
    reader = _Reader(payload)
    fixed = _HELLO.unpack(reader.take(_HELLO.size))
    magic, max_payload, flags, clock_hz, arena, stack, board_id, sha256 = fixed[:8]
    if magic != b"TCNN":
        raise ProtocolError(f"HELLO reply: expected magic b'TCNN', got {magic!r}")
    if max_payload < 64:
        raise ProtocolError(f"HELLO reply: payload of only {max_payload} bytes")
    inputs, outputs = (
        reader.take_tensors(name, count)
        for name, count in zip(("input", "output"), fixed[8:], strict=True)
    )
    model, generator, numerics, board = (reader.take_string() for _ in range(4))
    return DeviceInfo(
        board=board,
        board_id=board_id.hex(),
        model=model,
        model_sha256=sha256.hex(),
        generator=generator,
        numerics=numerics,
        clock_hz=clock_hz,
        arena_bytes=arena,
        stack_bytes=stack,
        max_payload=max_payload,
        inputs=inputs,
        outputs=outputs,
        cache_on=bool(flags & _CACHE_ON) if flags & _CACHE_KNOWN else None,
        counts_cycles=bool(flags & _COUNTER_RUNS),
        frame=reader.take_frame_format(),
    )


def read_payload(offset: int, size: int) -> bytes:
    """Payload of READ: the outputs' `size` bytes from `offset` on."""
    return struct.pack("<IH", offset, size)


def parse_inference(payload: bytes, output_bytes: int) -> tuple[int, int, bytes]:
    """Cycles, microseconds and the outputs' first bytes of an INFER reply.

    Raises:
        ProtocolError: If there are not `output_bytes` of them.
    """
    return _parse_run(payload, output_bytes, "INFER reply: expected {} output bytes")


def parse_frame(payload: bytes, input_bytes: int) -> tuple[int, int, bytes]:
    """Cycles, microseconds and bytes of the inputs of a frame's last reply.

    Raises:
        ProtocolError: If there are not `input_bytes` of them.
    """
    return _parse_run(payload, input_bytes, "FRAME reply: expected {} input bytes")


def _parse_run(payload: bytes, size: int, expected: str) -> tuple[int, int, bytes]:
    got = len(payload) - _TIMES.size
    if got != size:
        text = f"{expected.format(size)}, got {got}"
        raise ProtocolError(text, hint="flash the firmware again")
    cycles, micros = _TIMES.unpack_from(payload)
    return cycles, micros, payload[_TIMES.size :]


def profile_payload(first: int, offset: int, part: bytes) -> bytes:
    """Payload of PROFILE: the first step to tell of, then that of INFER."""
    head = first.to_bytes(FIRST_STEP_BYTES, "little")
    return head + write_payload(offset, part)


def frame_payload(first: int, offset: int, part: bytes) -> bytes:
    """Payload of FRAME: the first byte of the inputs to tell of, then as WRITE."""
    head = first.to_bytes(FIRST_INPUT_BYTES, "little")
    return head + write_payload(offset, part)


def parse_profile(payload: bytes) -> tuple[int, tuple[StepRun, ...]]:
    """Steps in all, and those that a PROFILE reply tells of.

    Raises:
        ProtocolError: If it ends within one.
    """
    steps = payload[FIRST_STEP_BYTES:]
    if len(payload) < FIRST_STEP_BYTES or len(steps) % _STEP.size:
        raise ProtocolError(f"PROFILE reply: {len(payload)} bytes")
    total = int.from_bytes(payload[:FIRST_STEP_BYTES], "little")
    return total, tuple(StepRun(*step) for step in _STEP.iter_unpack(steps))


def parse_error(payload: bytes) -> tuple[int, str]:
    """Code and text of an ERROR; code 0 when it has none."""
    return (payload[0] if payload else 0), printable(payload[1:])


def printable(data: bytes) -> str:
    r"""`data` as one line of text that is safe to show.

    >>> printable(b"Hard\x1b[31mFault\n")
    'Hard.[31mFault'
    """
    text = data.decode("ascii", "replace").strip()
    return "".join(c if " " <= c <= "~" else "." for c in text)


class _Reader:
    """Takes values from the front of a payload."""

    def __init__(self, payload: bytes) -> None:
        self._rest = payload

    def take(self, size: int) -> bytes:
        if len(self._rest) < size:
            raise ProtocolError("HELLO reply: ends too early")
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def take_string(self) -> str:
        return printable(self.take(self.take(1)[0]))

    def take_frame_format(self) -> FrameFormat | None:
        if not self._rest:
            return None
        width, height, size = _FRAME_FORMAT.unpack(self.take(_FRAME_FORMAT.size))
        try:
            pixels = _PIXELS[size]
            return FrameFormat(width=width, height=height, pixels=pixels)
        except (KeyError, ValueError) as error:
            text = f"HELLO reply: frames of {width}x{height} pixels of {size} bytes"
            raise ProtocolError(text) from error

    def take_tensors(self, name: str, count: int) -> tuple[TensorInfo, ...]:
        if not 1 <= count <= _MAX_TENSORS:
            raise ProtocolError(f"HELLO reply: {count} {name}s")
        return tuple(self.take_tensor(name) for _ in range(count))

    def take_tensor(self, name: str) -> TensorInfo:
        dtype, rank = self.take(2)
        if dtype not in _DTYPES or not 1 <= rank <= _MAX_RANK:
            raise ProtocolError(f"HELLO reply: {name} of type {dtype}, rank {rank}")
        shape = struct.unpack(f"<{rank}I", self.take(4 * rank))
        scale, zero_point = struct.unpack("<fi", self.take(8))
        type_name, item_bytes = _DTYPES[dtype]
        size = math.prod(shape) * item_bytes
        if not 1 <= size <= _MAX_TENSOR_BYTES or not math.isfinite(scale):
            text = f"HELLO reply: {name} of shape {shape}, scale {scale}"
            raise ProtocolError(text)
        return TensorInfo(type_name, shape, scale, zero_point, size)

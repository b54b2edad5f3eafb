"""A board in Python behind a TCP port, and a line that damages what passes.

The board keeps the rules of harness.h on its own, without the code under test beyond
the packets; its model is output = input + 1, then the number of runs. All chance is
seeded.
"""

from __future__ import annotations

import contextlib
import math
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tinycnn.device.packets import (
    NO_SEQUENCE,
    PROTOCOL_VERSION,
    ErrorCode,
    Packet,
    PacketDecoder,
    PacketType,
    encode_packet,
)

SHA256 = bytes(range(32))

MOST_MEMORY = 1 << 20  # whatever it says of itself


@dataclass
class FakeBoard:
    """The device's side of the protocol; what it says of itself can be changed."""

    board_id: bytes = b"\1\2\3\4\5\6\7\x08"
    sha256: bytes = SHA256
    version: int = PROTOCOL_VERSION
    magic: bytes = b"TCNN"
    max_payload: int = 64
    flags: int = 7
    clock_hz: int = 64_000_000
    steps: int = 2
    input_bytes: int = 100
    scale: float = 0.5
    output_rank: int = 1
    extra_output: bytes = b""
    frame_format: tuple[int, int, int] | None = None
    dead_guards: int = 0
    runs: int = 0
    requests: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Lose everything, as after pressing the button."""
        self.decoder = PacketDecoder()
        self.session: int | None = None
        self.answered: tuple[int, bytes] = (-1, b"")
        self.input = bytearray(min(self.input_bytes, MOST_MEMORY))
        self.frame = bytearray(math.prod(self.frame_format or (0,)))

    def receive(self, data: bytes) -> Iterator[bytes]:
        """The replies to what `data` completes."""
        broken = self.decoder.broken
        for packet in self.decoder.feed(data):
            reply = self.answer(packet)
            if reply:
                yield reply
        for _ in range(self.decoder.broken - broken):
            yield self.error(Packet(0, 0, NO_SEQUENCE), ErrorCode.BAD_PACKET)

    def answer(self, packet: Packet) -> bytes:
        """The reply to one request; the last one again if it is repeated."""
        if packet.session == self.session:
            if packet.sequence == self.answered[0]:
                return self.answered[1]
            if packet.sequence < self.answered[0]:
                return b""
        elif packet.type != PacketType.HELLO:
            return self.error(packet, ErrorCode.SESSION)
        self.requests.append(packet.type)
        payload = self.work(packet)
        kind = packet.type | PacketType.REPLY
        reply = Packet(kind, packet.session, packet.sequence, payload, self.version)
        self.session = packet.session
        self.answered = packet.sequence, encode_packet(reply)
        return self.answered[1]

    def work(self, packet: Packet) -> bytes:
        """What a request does; the payload of its reply."""
        if packet.type == PacketType.HELLO:
            return self.hello()
        if packet.type == PacketType.STATUS:
            return self.tell_status()
        if packet.type == PacketType.FRAME:
            first, offset = struct.unpack_from("<II", packet.payload)
            return self.take_frame(first, offset, packet)
        head = 2 if packet.type == PacketType.PROFILE else 0
        (offset,) = struct.unpack_from("<I", packet.payload, head)
        part = packet.payload[head + 4 :]
        self.input[offset : offset + len(part)] = part
        if packet.type == PacketType.WRITE:
            return b""
        self.runs += 1
        if packet.type == PacketType.PROFILE:
            return self.measure(*struct.unpack_from("<H", packet.payload))
        output = bytes((b + 1) & 255 for b in self.input[:4]) + self.extra_output
        return struct.pack("<II", 1000, 10) + output + struct.pack("<I", self.runs)

    def tell_status(self) -> bytes:
        """Arena, stack, guards, why it started, no seals, a second for each run."""
        memory = struct.pack(
            "<IIIIIHH", 2048, 2048, 2048, 512, 4096, 7, self.dead_guards
        )
        counts = struct.pack("<QIIIIII", self.runs * 10**6, self.runs, 9, 0, 0, 0, 0)
        return memory + b"\1\0" + counts

    def take_frame(self, first: int, offset: int, packet: Packet) -> bytes:
        """Keep a part; with the last one the input is each byte of the frame plus 3."""
        part = packet.payload[8:]
        self.frame[offset : offset + len(part)] = part
        if offset + len(part) < len(self.frame):
            return b""
        for i in range(self.input_bytes):
            self.input[i] = self.frame[i] + 3 & 255
        told = self.input[first : first + self.max_payload - 8]
        return struct.pack("<II", 500, 5) + bytes(told)

    def measure(self, first: int) -> bytes:
        """What each step from `first` on took, as many as fit."""
        numbers = range(first, self.steps)
        steps = (struct.pack("<III", 100 * n, n, 64 + n) for n in numbers)
        fit = (self.max_payload - 2) // 12
        return struct.pack("<H", self.steps) + b"".join(list(steps)[:fit])

    def hello(self) -> bytes:
        """The payload of the HELLO reply."""
        sizes = self.max_payload, self.flags, self.clock_hz, 2048, 512
        numbers = struct.pack("<HHIII", *sizes)
        taken = struct.pack("<BBIfi", 0, 1, self.input_bytes, self.scale, -3)
        given = struct.pack("<BBIfi", 0, self.output_rank, 8, 1.0, 0)
        words = b"".join(
            bytes([len(w)]) + w for w in (b"m", b"tests", b"none", b"fake")
        )
        start = self.magic + numbers + self.board_id + self.sha256
        frame = struct.pack("<HHB", *self.frame_format) if self.frame_format else b""
        return start + b"\1\1" + taken + given + words + frame

    def error(self, packet: Packet, code: ErrorCode) -> bytes:
        """An error in answer to `packet`."""
        payload = bytes([code]) + b"fake"
        reply = Packet(PacketType.ERROR, packet.session, packet.sequence, payload)
        return encode_packet(reply)


class Line:
    """What lies between host and board; this one is perfect, the faults override it."""

    def __init__(self, board: FakeBoard, seed: int = 0) -> None:
        self.board = board
        self.chance = random.Random(seed)
        self.faults = 0
        self.calls = 0
        self.sure = self.chance.randrange(8)

    def struck(self, probability: float) -> bool:
        """True with `probability`, and once for sure; counts."""
        hit = self.chance.random() < probability or self.calls == self.sure
        self.calls += 1
        self.faults += hit
        return hit

    def up(self, data: bytes) -> bytes:
        """What reaches the board of what the host sent."""
        return data

    def down(self, reply: bytes) -> Iterator[bytes]:
        """What reaches the host of one reply, piece by piece."""
        yield reply


def serve(line: Line, server: socket.socket) -> None:
    """Serve one connection until either side closes it."""
    connection, _ = server.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, contextlib.suppress(OSError, StopServing):
        while data := connection.recv(65536):
            for reply in line.board.receive(line.up(data)):
                for piece in line.down(reply):
                    connection.sendall(piece)


class StopServing(Exception):
    """Raised by a line that breaks off the connection."""


@contextlib.contextmanager
def served(line: Line, serve: Callable[..., None] = serve) -> Iterator[str]:
    """The URL of a board behind `line`, for one connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(line, server), daemon=True)
        thread.start()
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)
        assert not thread.is_alive()

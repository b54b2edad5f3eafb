"""A board in Python behind a TCP port, and a line that damages what passes.

The board keeps the rules of harness.h on its own, without the code under test beyond
the packets; its model is output = input + 1, then the number of runs. All chance is
seeded.
"""

from __future__ import annotations

import contextlib
import math
import random
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

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
    restarts: bool = False  # when it is asked to
    window: int = 4
    reply_bytes: int = 1024
    receive_bytes: int = 2**32 - 1
    runs: int = 0
    requests: list[int] = field(default_factory=list)
    source: int | None = None  # a file where replies come from later, if they do

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Lose everything, as after pressing the button."""
        self.decoder = PacketDecoder()
        self.session: int | None = None
        self.answered: dict[int, bytes] = {}  # by sequence number, oldest first
        self.gap_told = False
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
        """The reply to one request; the same again if it is repeated."""
        kind = packet.type & ~PacketType.CHAINED
        if packet.session == self.session:
            if packet.sequence in self.answered:
                return self.answered[packet.sequence]
            last = max(self.answered)
            if packet.sequence < last:
                return b""
            if kind != packet.type and packet.sequence != last + 1:
                told, self.gap_told = self.gap_told, True
                return b"" if told else self.error(packet, ErrorCode.ORDER)
        elif kind != PacketType.HELLO:
            return self.error(packet, ErrorCode.SESSION)
        self.requests.append(kind)
        if kind == PacketType.RESTART and not self.restarts:
            return self.error(packet, ErrorCode.TYPE)
        payload = b""
        if kind != PacketType.RESTART:
            payload = self.work(replace(packet, type=kind))
        head = (kind | PacketType.REPLY, packet.session, packet.sequence)
        reply = encode_packet(Packet(*head, payload, self.version))
        if packet.session != self.session:
            self.session, self.answered = packet.session, {}
        self.gap_told = False
        if kind == PacketType.RESTART:
            self.reset()
            return reply
        self.keep(packet.sequence, reply)
        return reply

    def keep(self, sequence: int, reply: bytes) -> None:
        """Keep a reply and as many of the last as there is room for."""
        self.answered[sequence] = reply
        while len(self.answered) > 1 and (
            len(self.answered) > self.window
            or sum(map(len, self.answered.values())) > self.reply_bytes
        ):
            del self.answered[min(self.answered)]

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
        limits = struct.pack("<HHI", self.window, self.reply_bytes, self.receive_bytes)
        frame = struct.pack("<HHB", *self.frame_format) if self.frame_format else b""
        return start + b"\1\1" + limits + taken + given + words + frame

    def error(self, packet: Packet, code: ErrorCode) -> bytes:
        """An error in answer to `packet`."""
        payload = bytes([code]) + b"fake"
        reply = Packet(PacketType.ERROR, packet.session, packet.sequence, payload)
        return encode_packet(reply)


def messages_of(data: bytes) -> list[bytes]:
    """The messages in what a host has sent, each with its delimiters."""
    return re.findall(rb"\0*[^\0]+\0?|\0+", data)


class Line:
    """What lies between host and board; this one is perfect, the faults override it."""

    def __init__(self, board: FakeBoard, seed: int = 0) -> None:
        self.board = board
        self.chance = random.Random(seed)
        self.pause: Callable[[float], None] = time.sleep
        self.master = -1  # of the pty that it leads to, if it does
        self.faults = 0
        self.calls = 0
        self.sure = self.chance.randrange(8)

    def struck(self, probability: float) -> bool:
        """True with `probability`, and once for sure; counts."""
        hit = self.chance.random() < probability or self.calls == self.sure
        self.calls += 1
        self.faults += hit
        return hit

    def carry(self, data: bytes) -> Iterator[bytes]:
        """What reaches the host, piece by piece, after it has sent `data`."""
        for message in messages_of(data):
            for reply in self.board.receive(self.up(message)):
                yield from self.down(reply)

    def up(self, data: bytes) -> bytes:
        """What reaches the board of one message, or of a part, that the host sent."""
        return data

    def down(self, reply: bytes) -> Iterator[bytes]:
        """What reaches the host of one reply, piece by piece."""
        yield reply


class Leaving(Line):
    """Goes away after so many requests."""

    def __init__(self, board: FakeBoard, left: int) -> None:
        super().__init__(board)
        self.left = left

    def up(self, data: bytes) -> bytes:
        """A message, or the end."""
        self.left -= 1
        if self.left < 0:
            raise StopServing
        return data


class Slow(Line):
    """Takes its time for each request, so that others have work left."""

    def up(self, data: bytes) -> bytes:
        """The message, later."""
        self.pause(0.02)
        return data


def serve(line: Line, server: socket.socket) -> None:
    """Serve one connection until either side closes it."""
    connection, _ = server.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, contextlib.suppress(OSError, StopServing):
        while data := connection.recv(65536):
            for piece in line.carry(data):
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

"""Faults of cables and boards: the results are complete and right, or one clear error.

Faults have numbers: F1 bits flipped, F2 bytes lost, F3 packets doubled, F4 late
replies, F5 noise, F6 endless noise, F7 dribble, F8 silence, F9 a device that hangs,
F10 resets, F12 unplugged, F14 another board, F21 wrong firmware, F22 a device that
lies.
"""

from __future__ import annotations

import itertools
import os
import socket
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from tests.device.fake_board import FakeBoard, Line, StopServing, served
from tests.device.virtual_link import open_virtual
from tinycnn.device.device import Device
from tinycnn.device.opening import open_url
from tinycnn.device.packets import Packet
from tinycnn.errors import DeviceError, DeviceTimeoutError, ProtocolError

SEEDS = range(20)
IMAGES = 10


def run_images(
    where: str | Line, *, streamed: bool = False, reply_timeout_s: float = 3.0
) -> Device:
    """Send `IMAGES` images to a port or through a line; every output must be right.

    Through a line time is virtual. Streamed, several are on their way.
    """
    if isinstance(where, Line):
        opened = open_virtual(where, reply_timeout_s=reply_timeout_s)
    else:
        opened = Device(open_url(where, 115_200), reply_timeout_s=reply_timeout_s)
    with opened as device:
        for index, output in answers(device, streamed=streamed):
            assert output[:4] == bytes([index + 1, 8, 0, index * 3 + 1])
    return device


def answers(device: Device, *, streamed: bool) -> Iterator[tuple[int, bytes]]:
    """The images' numbers and outputs."""
    rows = [bytes([n, 7, 255, n * 3]) + bytes(96) for n in range(IMAGES)]
    images = [(n, np.frombuffer(row, np.int8)) for n, row in enumerate(rows)]
    if streamed:
        found = list(device.infer_many(images))
    else:
        found = [(n, device.infer(image)) for n, image in images]
    assert [n for n, _ in found] == list(range(IMAGES))
    for n, inference in found:
        yield n, inference.output.tobytes()


class _BitFlips(Line):
    """F1: one to eight bits of a message are flipped."""

    share = 0.2

    def damage(self, data: bytes) -> bytes:
        if not self.struck(self.share):
            return data
        damaged = bytearray(data)
        for _ in range(self.chance.randint(1, 8)):
            place = self.chance.randrange(len(damaged))
            damaged[place] ^= 1 << self.chance.randrange(8)
        return bytes(damaged)

    def up(self, data: bytes) -> bytes:
        return self.damage(data)

    def down(self, reply: bytes) -> Iterator[bytes]:
        yield self.damage(reply)


class _Losses(_BitFlips):
    """F2: one to 64 bytes of a message are lost."""

    share = 0.1

    def damage(self, data: bytes) -> bytes:
        if not self.struck(self.share):
            return data
        start = self.chance.randrange(len(data))
        return data[:start] + data[start + self.chance.randint(1, 64) :]


class _Doubles(_BitFlips):
    """F3: messages arrive twice."""

    share = 0.3

    def damage(self, data: bytes) -> bytes:
        return data * 2 if self.struck(self.share) else data


class _LateReplies(Line):
    """F4: a reply comes after the host has asked again."""

    held = b""

    def down(self, reply: bytes) -> Iterator[bytes]:
        if not self.held and self.struck(0.15):
            self.held = reply
            return
        yield reply
        if self.held:
            yield self.held
            self.held = b""


class _Noise(Line):
    """F5: random bytes before a message, up to 64 kB and now and then 1 MB."""

    def noise(self) -> bytes:
        if not self.struck(0.2):
            return b""
        most = 2**20 if self.chance.random() < 0.03 else 2 ** self.chance.randint(0, 16)
        return self.chance.randbytes(self.chance.randint(1, most))

    def up(self, data: bytes) -> bytes:
        return self.noise()[:20_000] + data

    def down(self, reply: bytes) -> Iterator[bytes]:
        yield self.noise() + reply


class _Dribble(Line):
    """F7: replies come in pieces of one to three bytes."""

    def down(self, reply: bytes) -> Iterator[bytes]:
        self.faults += 1
        start = 0
        while start < len(reply):
            size = self.chance.randint(1, 3)
            yield reply[start : start + size]
            start += size
            self.pause(self.chance.random() * 0.0005)


class _Resets(Line):
    """F10: the board is reset before a request, in a reply or after it."""

    def up(self, data: bytes) -> bytes:
        if self.struck(0.05):
            self.board.reset()
            return data[self.chance.randrange(len(data)) :]
        return data

    def down(self, reply: bytes) -> Iterator[bytes]:
        if self.struck(0.05):
            self.board.reset()
            yield reply[: self.chance.randrange(len(reply))]
        else:
            yield reply


class _Unplugged(Line):
    """F12: the connection ends, between messages or in one."""

    def __init__(self, board: FakeBoard, seed: int = 0) -> None:
        super().__init__(board, seed)
        self.left = self.chance.randrange(20)

    def up(self, data: bytes) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise StopServing
        return data

    def down(self, reply: bytes) -> Iterator[bytes]:
        if self.left == 0:
            yield reply[: self.chance.randrange(len(reply))]
            raise StopServing
        yield reply


LINE_FAULTS = [_BitFlips, _Losses, _Doubles, _LateReplies, _Noise, _Dribble]
STREAMED = pytest.mark.parametrize("streamed", [False, True], ids=["single", "stream"])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("fault", LINE_FAULTS)
@STREAMED
def test_line_fault_is_survived(
    fault: type[Line], seed: int, *, streamed: bool
) -> None:
    """F1-F5, F7: all images are answered rightly and run once each."""
    board = FakeBoard(window=(1, 3, 8)[seed % 3])
    line = fault(board, seed)
    device = run_images(line, streamed=streamed)

    assert board.runs == IMAGES
    assert device.counters.exchanges == 1 + 2 * IMAGES
    assert line.faults > 0


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("fault", LINE_FAULTS)
@STREAMED
def test_line_fault_is_survived_in_real_time(
    fault: type[Line], seed: int, *, streamed: bool
) -> None:
    """The same over a socket."""
    board = FakeBoard()
    with served(fault(board, seed)) as url:
        run_images(url, streamed=streamed)

    assert board.runs == IMAGES


def outcome(where: str | Line, *, streamed: bool) -> str:
    """What `run_images` ends with: nothing, or its error."""
    try:
        run_images(where, streamed=streamed)
    except DeviceError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("seed", SEEDS)
@STREAMED
def test_reset_is_survived(seed: int, *, streamed: bool) -> None:
    """F10: an image is sent again after a reset, and given up after the third."""
    board = FakeBoard()
    line = _Resets(board, seed)
    error = outcome(line, streamed=streamed)

    assert line.faults > 0
    assert "was reset 3 times during image" in error or board.runs >= IMAGES


def test_a_reset_at_every_second_reply_is_survived() -> None:
    """F10: as long as one answer comes between two resets, the images get done."""

    class Restless(Line):
        def down(self, reply: bytes) -> Iterator[bytes]:
            self.calls += 1
            if self.calls % 5 == 0:
                self.board.reset()
            yield reply

    board = FakeBoard()
    device = run_images(Restless(board), streamed=True)

    assert device.counters.resets >= IMAGES // 2


@pytest.mark.parametrize("seed", SEEDS)
@STREAMED
def test_unplugging_is_one_clear_error(seed: int, *, streamed: bool) -> None:
    """F12: a lost connection is an error with a remedy, at once."""
    started = time.monotonic()
    with (
        served(_Unplugged(FakeBoard(), seed)) as url,
        pytest.raises(DeviceError, match=r"port socket://.*(closed|lost)") as error,
    ):
        run_images(url, streamed=streamed)

    assert error.value.hint is not None
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("seed", SEEDS)
def test_silence_is_a_timeout(seed: int) -> None:
    """F8: a board that falls silent, in a reply too, is an error after the deadline."""

    class Silence(Line):
        left = seed

        def down(self, reply: bytes) -> Iterator[bytes]:
            self.left -= 1
            if self.left >= 0:
                yield reply
            elif self.left == -1:
                yield reply[: self.chance.randrange(len(reply))]

    board = FakeBoard()
    with pytest.raises(DeviceTimeoutError, match=r"no reply from virtual://.* within"):
        run_images(Silence(board, seed), streamed=seed % 2 == 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_endless_noise_is_a_timeout(seed: int) -> None:
    """F6: noise without end and without delimiter ends at the deadline, in any case."""

    def flood(line: Line, server: socket.socket) -> None:
        connection, _ = server.accept()
        noise = line.chance.randbytes(4096).replace(b"\0", b"\1")
        with connection:
            for _ in itertools.count():
                try:
                    connection.sendall(noise)
                except OSError:
                    return

    with (
        served(Line(FakeBoard(), seed), flood) as url,
        pytest.raises(
            DeviceTimeoutError, match=r"only [0-9]+ bytes that are no packet"
        ),
        Device(open_url(url, 115_200), reply_timeout_s=0.1) as device,
    ):
        device.info()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("change", ["board_id", "sha256"])
def test_another_board_is_refused(change: str, seed: int) -> None:
    """F14: a board that is another one after a reset gets no further image."""

    class Exchange(Line):
        left = 2 + seed

        def up(self, data: bytes) -> bytes:
            self.left -= 1
            if self.left == 0:
                setattr(self.board, change, os.urandom(32 if "sha" in change else 8))
                self.board.reset()
            return data

    board = FakeBoard()
    with (
        served(Exchange(board, seed)) as url,
        pytest.raises(DeviceError, match=r"expected board 01.* model 000102.*, got"),
    ):
        run_images(url)

    assert board.requests[-1] == 1
    assert board.runs <= IMAGES


@pytest.mark.parametrize(
    ("board", "message"),
    [
        (FakeBoard(version=1), "expected protocol version 3, got version 1"),
        (FakeBoard(magic=b"ESPX"), "expected magic b'TCNN', got b'ESPX'"),
        (FakeBoard(max_payload=3), "payload of only 3 bytes"),
        (FakeBoard(scale=float("nan")), "input of shape"),
        (FakeBoard(input_bytes=2**31), "input of shape"),
        (FakeBoard(input_bytes=0), "input of shape"),
        (FakeBoard(output_rank=7), "output of type 0, rank 7"),
        (FakeBoard(output_rank=6), "ends too early"),
        (FakeBoard(extra_output=b"x"), "expected 8 output bytes, got 9"),
    ],
)
def test_wrong_firmware_is_refused(board: FakeBoard, message: str) -> None:
    """F21, F22: what a device must not say is an error that names device and remedy."""
    with (
        served(Line(board)) as url,
        pytest.raises(ProtocolError, match=message) as error,
    ):
        run_images(url)

    assert str(error.value).startswith(url)
    assert error.value.hint is not None
    assert board.runs <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_device_that_lies_at_random(seed: int) -> None:
    """F22: any bytes in a reply with a right CRC end in an error or are harmless."""

    class Liar(FakeBoard):
        def work(self, packet: Packet) -> bytes:
            payload = bytearray(super().work(packet))
            for _ in range(line.chance.randint(0, 3)):
                if payload:
                    place = line.chance.randrange(len(payload))
                    payload[place] = line.chance.randrange(256)
            return bytes(payload[: line.chance.choice([len(payload), 3, 70])])

    line = Line(Liar(), seed)
    with open_virtual(line) as device:
        errors = [lie_of(device) for _ in range(IMAGES)]

    starts = (device.name, f"no reply from {device.name}")
    assert [error for error in errors if error and not error.startswith(starts)] == []


def lie_of(device: Device) -> str:
    """The error that one image ends with, if any."""
    try:
        assert len(device.infer(bytes(100)).output) == 8
    except DeviceError as error:
        return str(error)
    return ""


@STREAMED
def test_sleeping_board_wakes_up_in_time(*, streamed: bool) -> None:
    """F9: a board that hangs for a while goes on where it was."""

    class Nap(Line):
        left = 5

        def up(self, data: bytes) -> bytes:
            self.left -= 1
            if self.left == 0:
                self.pause(1.0)
            return data

    board = FakeBoard()
    device = run_images(Nap(board), streamed=streamed)

    assert board.runs == IMAGES
    assert device.counters.timeouts > 0


def test_reading_thread_is_left_behind_by_nobody() -> None:
    """After a device is closed no thread of it is left."""
    before = threading.active_count()
    with served(Line(FakeBoard())) as url:
        run_images(url)

    assert threading.active_count() == before

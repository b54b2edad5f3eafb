"""A device over a perfect line: identity, parts, counters, and what it refuses."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.device.fake_board import FakeBoard, Line, served
from tests.device.virtual_link import open_virtual
from tinycnn.device import (
    Counters,
    Device,
    StepRun,
    open_host,
    open_serial,
    open_simulated,
)
from tinycnn.errors import DeviceError, ProtocolError


def test_infer_sends_an_image_in_parts() -> None:
    """An input larger than a payload goes in several parts, the last one runs it."""
    board = FakeBoard(max_payload=64, input_bytes=100)
    with served(Line(board)) as url, open_serial(url) as device:
        first = device.infer(bytes([1, 2, 3, 255]) + bytes(range(4, 100)))
        second = device.infer(bytes(100))

    assert first.output.tolist() == [2, 3, 4, 0, 1, 0, 0, 0]
    assert (first.index, second.index) == (0, 1)
    assert (second.cycles, second.micros) == (1000, 10)
    assert board.requests == [1, 2, 3, 2, 3]
    assert bytes(board.input) == bytes(100)


@pytest.mark.parametrize("size", [1, 59, 60, 61, 120, 121])
def test_all_bytes_of_an_image_arrive(size: int) -> None:
    """Sizes around multiples of a part arrive whole."""
    board = FakeBoard(max_payload=64, input_bytes=size)
    image = bytes(i % 251 for i in range(size))
    with served(Line(board)) as url, open_serial(url) as device:
        device.info()
        try:
            device.infer(image)
        except ProtocolError:
            assert size < 4  # the fake's output is then too short

    assert bytes(board.input) == image
    assert board.requests == [1] + [2] * ((size - 1) // 60) + [3]


def test_counters_of_a_perfect_line() -> None:
    """Nothing is counted but exchanges."""
    with served(Line(FakeBoard())) as url, open_serial(url) as device:
        device.infer(bytes(100))

    assert device.counters == Counters(exchanges=3)


@pytest.mark.parametrize("steps", [0, 1, 5, 6, 12])
def test_profile_tells_of_every_step(steps: int) -> None:
    """A model of more steps than fit a reply runs again for the others."""
    board = FakeBoard(max_payload=64, steps=steps)
    with served(Line(board)) as url, open_serial(url) as device:
        measured = device.profile(b"\7" * 100)

    assert measured == tuple(StepRun(100 * n, n, 64 + n) for n in range(steps))
    assert bytes(board.input) == b"\7" * 100
    assert board.requests == [1, *[2, 5] * max(-(-steps // 5), 1)]


@pytest.mark.parametrize("input_bytes", [40, 56, 57, 112, 130])
def test_a_raw_frame_is_sent_in_parts(input_bytes: int) -> None:
    """The input comes back in parts, too, and nothing of it is sent again to run."""
    frame_format = (10, 7, 2)
    frame = bytes(i % 251 for i in range(140))
    board = FakeBoard(input_bytes=input_bytes, frame_format=frame_format)
    with served(Line(board)) as url, open_serial(url) as device:
        made = device.preprocess(frame)
        run = device.classify(frame)

    expected = [b + 3 for b in frame[:input_bytes]]
    assert made.input.tolist() == np.array(expected, np.uint8).view(np.int8).tolist()
    assert (made.cycles, made.micros) == (500, 5)
    assert run.output.tolist() == [4, 5, 6, 7, 1, 0, 0, 0]
    parts = -(-input_bytes // 56)
    assert board.requests == [1, 6, 6, *[6] * parts, 6, 6, 6, 3]


def test_a_frame_starts_again_after_a_reset() -> None:
    """From its first part."""

    class Reset(Line):
        def up(self, data: bytes) -> bytes:
            self.calls += 1
            if self.calls == 3:
                self.board.reset()
            return data

    board = FakeBoard(frame_format=(10, 10, 1))
    with served(Reset(board)) as url, open_serial(url) as device:
        device.classify(b"\7" * 100)

    assert bytes(board.frame) == b"\7" * 100
    assert board.requests == [1, 6, 1, 6, 6, 3]
    assert device.counters.resets == 1


@pytest.mark.parametrize(
    ("frame_format", "message"),
    [
        (None, "its firmware takes no raw frames"),
        ((10, 10, 3), "expected a frame of 300 bytes, got 100"),
    ],
)
def test_a_frame_that_is_not_the_devices_is_refused(
    frame_format: tuple[int, int, int] | None, message: str
) -> None:
    """Before anything is sent."""
    board = FakeBoard(frame_format=frame_format)
    with (
        served(Line(board)) as url,
        open_serial(url) as device,
        pytest.raises(DeviceError, match=message),
    ):
        device.preprocess(bytes(100))

    assert board.requests == [1]


def test_reset_between_parts_starts_the_image_again() -> None:
    """A board that loses its session in an image gets the whole image again."""
    board = FakeBoard()
    with served(Line(board)) as url, open_serial(url) as device:
        device.infer(bytes(100))
        board.reset()
        output = device.infer(b"\7" * 100).output

    assert output.tolist()[:4] == [8, 8, 8, 8]
    assert bytes(board.input) == b"\7" * 100
    counters = device.counters  # what was on its way behind it may be refused, too
    assert replace(counters, stale=0) == Counters(exchanges=6, resets=1)


def test_broken_reply_is_asked_for_at_once() -> None:
    """A damaged reply costs milliseconds, not the wait for a lost one."""

    class Scratch(Line):
        def down(self, reply: bytes) -> Iterator[bytes]:
            self.calls += 1
            yield b"\5" + reply[1:] if self.calls == 3 else reply

    board = FakeBoard()
    with served(Scratch(board)) as url, open_serial(url) as device:
        started = time.monotonic()
        device.infer(bytes(100))
        took_s = time.monotonic() - started

    assert took_s < 0.5  # a first wait is a second
    assert device.counters == Counters(exchanges=3, resends=1, crc_errors=1)
    assert board.runs == 1


def test_image_of_wrong_size_is_refused() -> None:
    """An image that is not the input's size is an error before anything is sent."""
    board = FakeBoard()
    with (
        served(Line(board)) as url,
        open_serial(url) as device,
        pytest.raises(DeviceError, match="expected an image of 100 bytes, got 99"),
    ):
        device.infer(bytes(99))

    assert board.runs == 0


def test_info_is_asked_anew() -> None:
    """A second HELLO tells what has changed, such as the stack."""
    board = FakeBoard()
    with served(Line(board)) as url, open_serial(url) as device:
        first = device.info()
        second = device.info()

    assert first == second
    assert board.requests == [1, 1]


def test_host_side_is_fast() -> None:
    """1,000 exchanges take less than 0.5 s of processor time on each side."""
    board = FakeBoard(max_payload=128)
    with served(Line(board)) as url, open_serial(url) as device:
        device.info()
        started = time.process_time()
        for _ in range(1000):
            device.infer(bytes(100))
        took_s = time.process_time() - started

    assert took_s < 2 * 0.5


@pytest.mark.parametrize(("most", "expected"), [(None, 4), (2, 2), (1, 1)])
def test_no_more_images_are_on_their_way_than_may_be(
    most: int | None, expected: int
) -> None:
    """Taken from where they come from before the first answer is there."""
    taken: list[int] = []

    def images() -> Iterator[tuple[int, np.ndarray]]:
        for number in range(9):
            taken.append(number)
            yield number, np.zeros(40, np.int8)

    with open_virtual(Line(FakeBoard(input_bytes=40))) as device:
        device.most_images = most
        answers = device.infer_many(images())
        next(answers)
        first = len(taken)
        rest = [number for number, _ in answers]

    assert (first, rest) == (expected, list(range(1, 9)))


def test_missing_host_program_is_an_error(tmp_path: Path) -> None:
    """A host program that is not there is named."""
    with pytest.raises(DeviceError, match=r"host process gone: cannot be started"):
        open_host(tmp_path / "gone")


def test_simulator_that_cannot_start_is_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the simulator says instead of listening is the error."""
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho 'fault: no such image' >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))

    with pytest.raises(DeviceError, match=r"^simulated nano33ble: no such image$"):
        open_simulated(tmp_path / "sketch.elf")


def test_device_is_closed_on_error() -> None:
    """Leaving the block by an error closes the link."""
    with served(Line(FakeBoard())) as url:
        with pytest.raises(RuntimeError), open_serial(url) as device:
            raise RuntimeError
        with pytest.raises(DeviceError):
            device.info()


def test_name_is_the_port() -> None:
    """A device is called by its port."""
    with served(Line(FakeBoard())) as url, open_serial(url) as device:
        assert isinstance(device, Device)
        assert device.name == url

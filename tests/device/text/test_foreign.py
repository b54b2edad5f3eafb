"""Firmware that is not ours, over the public text dialect alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from tests.device.fake_board import Line, served
from tests.device.text.foreign_board import ForeignBoard, IoManager
from tinycnn.device import PortOptions, TensorInfo, TextDevice, TextModel, open_serial
from tinycnn.errors import DeviceError, DeviceTimeoutError, ProtocolError

IMAGE = TensorInfo("int8", (1, 100), 1.0, -128, 100)
SCORES = TensorInfo("int8", (1, 4), 1 / 256, -128, 4)
MODEL = TextModel((IMAGE,), (SCORES,))
PIXELS = TextModel((IMAGE,), (SCORES,), pixels=True)
IMAGES = np.random.default_rng(1).integers(-128, 128, (5, 100)).astype(np.int8)


def softmax_of(data: bytes) -> list[float]:
    """The first four bytes as if they were int8 scores."""
    first = np.frombuffer(data[:4], np.int8).astype(np.float32)
    return list((first + 128) / np.float32(256))


@contextmanager
def opened(
    board: Any, model: TextModel = MODEL, line: type[Line] = Line, seed: int = 0
) -> Iterator[TextDevice]:
    """A device at the other end of a line."""
    options = PortOptions(reply_timeout_s=4.0)
    with (
        served(line(board, seed)) as url,
        open_serial(url, options, text=model) as device,
    ):
        assert isinstance(device, TextDevice)
        yield device


def test_printed_numbers_give_the_bytes() -> None:
    """Asked for as the public runner asks: 31 bytes a command, no warm-ups."""
    board = ForeignBoard(softmax_of)
    with opened(board) as device:
        info = device.info()
        found = [device.infer(image) for image in IMAGES]
        again = device.info()

    for inference, image in zip(found, IMAGES, strict=True):
        assert inference.output.tolist() == image[:4].tolist()
        assert inference.micros == 1_500  # around the end of 32 bits, too
        assert inference.slack is not None
        assert not inference.slack.any()
    assert (info.board, info.model, info.model_sha256) == ("somebody", "ic01", "")
    assert info.foreign is not None
    assert info.foreign.profile == "ULPMark for tinyML Firmware V0.0.1"
    assert again.foreign is not None
    assert (again.foreign.decimals, again.foreign.slack) == (3, 0)
    assert max(map(len, board.commands)) <= 80
    sent = [len(c) for c in board.commands if c.startswith("db ") and "load" not in c]
    assert max(sent) == len("db ") + 2 * 31
    assert "infer 1 0" in board.commands


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r\n\0", "  \r\n"])
def test_lines_may_end_in_any_way(end: str) -> None:
    """Standard libraries and terminals translate."""
    with opened(ForeignBoard(softmax_of, end=end)) as device:
        assert device.infer(IMAGES[0]).output.tolist() == IMAGES[0, :4].tolist()


def test_pixels_are_sent_to_who_takes_pixels() -> None:
    """What a public image data set has, 128 more than the input."""
    board = ForeignBoard(lambda data: [byte / 256 for byte in data[:4]])
    with opened(board, PIXELS) as device:
        assert device.infer(IMAGES[0]).output.tolist() == IMAGES[0, :4].tolist()


def test_energy_mode_tells_no_times() -> None:
    """A pin does; answers are as good as any."""
    with opened(ForeignBoard(softmax_of, is_energy=True)) as device:
        inference = device.infer(IMAGES[0])
        with pytest.raises(DeviceError, match="expected two lines m-lap-us-") as caught:
            device.time(IMAGES[0], 10)

    assert inference.micros == 0
    assert inference.output.tolist() == IMAGES[0, :4].tolist()
    assert "performance mode" in str(caught.value.hint)


def test_an_io_manager_passes_on() -> None:
    """Which answers first, for itself: only the board's own lines count."""
    board = ForeignBoard(softmax_of, is_energy=True)
    with opened(IoManager(board)) as device:
        info = device.info()
        found = [device.infer(image).output.tolist() for image in IMAGES]

    assert found == IMAGES[:, :4].tolist()
    assert info.board == "somebody"
    sent = [len(c) for c in board.commands if c.startswith("db ") and "load" not in c]
    assert max(sent) == len("db ") + 2 * 26


def test_time_is_that_of_a_run() -> None:
    """The mean of many between two laps."""
    board = ForeignBoard(softmax_of, lap_us=2_345)
    with opened(board) as device:
        assert device.time(IMAGES[0], 100, 10) == 2_345

    assert board.commands[-1] == "infer 100 10"
    assert board.runs == 110


def truncate(value: float) -> str:
    """As small printfs write: the rest is cut off."""
    return f"{int(value * 1000) / 1000:.3f}"


@pytest.mark.parametrize("write", ["{:.3f}".format, truncate])
def test_steps_finer_than_the_numbers_stay_open(write: Any) -> None:
    """The right value is always among those that a number may stand for."""
    scores = TensorInfo("int8", (1, 4), 0.0004, 3, 4)
    model = TextModel((IMAGE,), (scores,))

    def fine(data: bytes) -> Sequence[float]:
        return [0.0004 * (int(v) - 3) for v in np.frombuffer(data[:4], np.int8)]

    with opened(ForeignBoard(fine, write), model) as device:
        for image in IMAGES:
            inference = device.infer(image)
            assert inference.slack is not None
            above = image[:4].astype(int) - inference.output
            assert (above >= 0).all()
            assert (above <= inference.slack).all()
        foreign = device.info().foreign
    assert foreign is not None
    assert 3 <= foreign.slack <= 5


def test_whole_numbers_are_the_bytes_themselves() -> None:
    """Some firmware prints its quantized values."""
    board = ForeignBoard(lambda d: list(np.frombuffer(d[:4], np.int8)), "{:.0f}".format)
    with opened(board) as device:
        assert device.infer(IMAGES[0]).output.tolist() == IMAGES[0, :4].tolist()


@pytest.mark.parametrize(
    ("run", "complaint"),
    [
        (lambda data: [12.4, 0, 0, 0], "number 0 is 12.400, which the output cannot"),
        (lambda data: [0, 0, 0.0021, 0], "number 2 is 0.002, which the output cannot"),
        (lambda data: [0.5], "expected 4 numbers, got 1"),
        (lambda data: [float("nan")] * 4, "m-results: expected numbers, got 'nan'"),
    ],
)
def test_numbers_that_are_no_outputs_are_no_verdict(run: Any, complaint: str) -> None:
    """Another model, or something made of the output, as an anomaly score."""
    with (
        opened(ForeignBoard(run)) as device,
        pytest.raises(DeviceError, match=complaint) as caught,
    ):
        device.infer(IMAGES[0])

    assert caught.value.hint


def test_an_image_that_is_too_large_for_it_is_told() -> None:
    """In its own words, which are no error message of the dialect."""
    large = TensorInfo("int8", (1, 30_000), 1.0, -128, 30_000)
    model = TextModel((large,), (SCORES,))
    with (
        opened(ForeignBoard(softmax_of), model) as device,
        pytest.raises(DeviceError, match="Supplied buffer size 30000 exceeds"),
    ):
        device.infer(bytes(30_000))


class Resets(Line):
    """Loses its power in the middle, again and again; says its banner then."""

    def up(self, data: bytes) -> bytes:
        """Of some commands nothing is left."""
        if self.chance.random() < 0.03:
            self.faults += 1
            self.board.reset()
            return b""
        return data

    def down(self, reply: bytes) -> Iterator[bytes]:
        """Instead of some answers it starts."""
        if self.chance.random() < 0.03:
            self.board.reset()
            board: Any = self.board
            yield board.banner()
        else:
            yield reply


class Drops(Line):
    """Characters are lost, in both directions."""

    def damage(self, data: bytes) -> bytes:
        """What is left of it."""
        keep = [self.chance.random() >= 0.001 for _ in data]
        return bytes(b for b, kept in zip(data, keep, strict=True) if kept)

    def up(self, data: bytes) -> bytes:
        """Of commands."""
        return self.damage(data)

    def down(self, reply: bytes) -> Iterator[bytes]:
        """And of answers."""
        yield self.damage(reply)


class Slow(Line):
    """What was written arrives in pieces."""

    def down(self, reply: bytes) -> Iterator[bytes]:
        """Seven bytes at a time."""
        for i in range(0, len(reply), 7):
            yield reply[i : i + 7]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("line", [Resets, Drops, Slow])
def test_a_bad_line_costs_time_not_answers(line: type[Line], seed: int) -> None:
    """Images are sent anew; what cannot be had is an error."""
    with opened(ForeignBoard(softmax_of), MODEL, line, seed) as device:
        found = [device.infer(image).output.tolist() for image in IMAGES]

    assert found == IMAGES[:, :4].tolist()


def test_silence_has_a_next_step() -> None:
    """And does not last longer than it must."""
    board = ForeignBoard(softmax_of)
    board.is_dead = True
    options = PortOptions(reply_timeout_s=1.0)
    with (
        served(Line(board)) as url,  # type: ignore[arg-type]
        open_serial(url, options, text=MODEL) as device,
        pytest.raises(DeviceTimeoutError, match=r"within 2\.0 s to 'name%'") as caught,
    ):
        device.info()

    assert "leave out --dialect" in str(caught.value.hint)


def test_another_board_in_its_place_is_an_error() -> None:
    """Never a silent continuation."""
    board = ForeignBoard(softmax_of)
    with opened(board) as device:
        device.infer(IMAGES[0])
        board.model = "kws01"
        with pytest.raises(DeviceError, match="expected board"):
            device.info()


def test_wrong_size_is_told_before_anything_is_sent() -> None:
    """By bytes."""
    with (
        opened(ForeignBoard(softmax_of)) as device,
        pytest.raises(DeviceError, match="expected an image of 100 bytes, got 99"),
    ):
        device.infer(bytes(99))


def test_real_numbers_are_refused() -> None:
    """Three decimals tell too little of them."""
    model = TextModel((IMAGE,), (TensorInfo("float32", (1, 4), 0.0, 0, 16),))
    with (
        opened(ForeignBoard(softmax_of), model) as device,
        pytest.raises(ProtocolError, match="expected int8 or uint8 outputs"),
    ):
        device.infer(IMAGES[0])

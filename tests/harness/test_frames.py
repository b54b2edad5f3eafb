"""Frames that are sent, and what is made of their differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.device.fake_board import SHA256, FakeBoard, Line, served
from tinycnn.device import open_serial
from tinycnn.errors import DeviceError
from tinycnn.frames import PIXEL_BYTES, FrameFormat, Pixels
from tinycnn.harness import Identity
from tinycnn.harness.frames import (
    FrameCheck,
    FrameDifference,
    check_frames,
    draw_frames,
    frame_check_to_json,
)


def add_3(data: bytes, _: FrameFormat) -> NDArray[np.int8]:
    """What the fake board makes of a frame."""
    return (np.frombuffer(data, np.uint8)[:100] + np.uint8(3)).view(np.int8)


def check(
    expected: Callable[[bytes, FrameFormat], NDArray[np.int8]] = add_3,
    sha256: bytes = SHA256,
) -> FrameCheck:
    """What is found on the fake board."""
    board = FakeBoard(frame_format=(10, 10, 2))
    with served(Line(board)) as url, open_serial(url) as device:
        return check_frames(device, expected, count=4, identity=Identity(sha256.hex()))


@pytest.mark.parametrize("pixels", PIXEL_BYTES)
def test_frames_have_their_size_and_differ(pixels: Pixels) -> None:
    """Colours are lost in grey frames, the rest of the edges is not."""
    frame = FrameFormat(width=7, height=5, pixels=pixels)
    frames = dict(draw_frames(frame, 3))

    assert {len(data) for data in frames.values()} == {frame.bytes}
    assert len(set(frames.values())) == len(frames) == 14
    assert frames["white"] == b"\xff" * frame.bytes
    assert frames == dict(draw_frames(frame, 3))


def test_the_smallest_frame_can_be_drawn() -> None:
    """One pixel is its own first and last."""
    frame = FrameFormat(width=1, height=1, pixels="rgb565")

    assert dict(draw_frames(frame, 0))["last pixel"] == b"\xff\xff"


def test_equal_inputs_pass() -> None:
    """All frames, and what preprocessing took."""
    found = check()

    assert found.equal
    assert (found.frames, found.differences) == (15, ())
    assert (found.cycles, found.micros) == (500, 5)
    assert found.frame == FrameFormat(width=10, height=10, pixels="rgb565")


def test_a_difference_is_a_result() -> None:
    """It names the frame, how many bytes differ, and the first of them."""

    def expected(data: bytes, frame: FrameFormat) -> NDArray[np.int8]:
        values = add_3(data, frame).copy()
        values[values == 3] = 4
        return values

    found = check(expected)

    assert not found.equal
    assert found.differences[0] == FrameDifference("black", 100, 0, 4, 3)
    assert frame_check_to_json(found)["equal"] is False


def test_another_model_is_refused() -> None:
    """Before the first frame."""
    with pytest.raises(DeviceError, match="expected model"):
        check(sha256=bytes(32))

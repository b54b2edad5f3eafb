"""What a run will take is told before it starts."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from tests.device.fake_board import FakeBoard
from tinycnn.device import DeviceInfo
from tinycnn.device.hello import parse_hello
from tinycnn.harness import Pace, forecast_run

BAUD = 115_200


def info_of(receive_bytes: int) -> DeviceInfo:
    """A device with images of 784 bytes at 64 MHz."""
    board = FakeBoard(max_payload=1024, input_bytes=784, receive_bytes=receive_bytes)
    return parse_hello(board.hello())


@pytest.mark.parametrize(
    ("receive_bytes", "cycles", "seconds", "baud"),
    [
        (2**32 - 1, 640_000, 100, None),  # the processor's 10 ms
        (2048, 640_000, 702, BAUD),  # the line's 809 bytes, the processor beside it
        (2048, 64_000_000, 10_000, BAUD),
        (0, 640_000, 832, BAUD),  # both, and the way back
        (0, 0, 702, BAUD),
        (2**32 - 1, 0, None, None),
    ],
)
def test_the_slower_of_line_and_processor_decides(
    receive_bytes: int, cycles: int, seconds: float | None, baud: int | None
) -> None:
    """They work at the same time where the device takes images ahead."""
    info = info_of(receive_bytes)
    found = forecast_run(info, 10_000, baud=BAUD, cycles=cycles)

    assert found.baud == baud
    assert found.link_bytes == 10_000 * (809 + 34)
    if seconds is None or found.seconds is None:
        assert found.seconds is seconds
    else:
        assert round(found.seconds) == pytest.approx(seconds, abs=1)


def test_a_slow_line_is_told_with_a_way_out() -> None:
    """Minutes, and what --count would take one."""
    found = forecast_run(info_of(2048), 10_000, baud=BAUD, cycles=640_000)
    quick = replace(found, seconds=42.4, baud=None)

    assert found.text == (
        "10,000 images, 8.4 MB on the link, about 12 min at 115,200 baud; "
        "--count 854: a minute"
    )
    assert quick.text == "10,000 images, 8.4 MB on the link, about 42 s"
    assert replace(found, seconds=None).text == "10,000 images, 8.4 MB on the link"
    assert "about 2.0 h at" in replace(found, seconds=7_200.0).text


@pytest.mark.parametrize(
    ("foretold_s", "left_s"),
    [(None, 120.0), (10.0, 120.0), (500.0, 120.0), (110.0, None)],
)
def test_the_first_images_show_how_fast_a_run_is(
    foretold_s: float | None, left_s: float | None
) -> None:
    """Told once, three seconds after the first 16 images, if it is news.

    Images of an earlier part of the run do not count.
    """
    seconds = itertools.count(step=0.125)
    pace = Pace(foretold_s, clock=lambda: next(seconds))
    found = [pace.see(done, 2000) for done in range(1000, 1100)]

    told = [number for number, left in enumerate(found) if left is not None]
    assert told == ([] if left_s is None else [40])
    if left_s is not None:
        assert found[40] == pytest.approx(left_s)


def test_a_pause_is_not_a_rate() -> None:
    """Few images in a long time are waited out."""
    seconds = itertools.count(step=10)
    pace = Pace(None, clock=lambda: float(next(seconds)))
    found = [pace.see(done, 100) for done in range(1, 40)]

    assert [left is not None for left in found].index(True) == 32

"""Several devices share images: each is answered once, whatever fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from tests.device.fake_board import FakeBoard, Leaving, Line
from tests.device.virtual_link import open_virtual
from tinycnn.device import Device
from tinycnn.errors import DeviceError
from tinycnn.harness import Lanes

COUNT = 60
ROWS = np.random.default_rng(0).integers(-128, 128, (COUNT, 100), np.int8)


def lanes_of(*lines: Line) -> tuple[Lanes, list[str]]:
    """Devices behind the lines, and what is said of them."""
    said: list[str] = []
    return Lanes([open_virtual(line) for line in lines], said.append), said


def check(lanes: Lanes) -> list[int]:
    """Which images were answered, rightly, in that order."""
    order = []
    for number, inference in lanes.infer_many(enumerate(ROWS)):
        order.append(number)
        assert np.array_equal(inference.output[:4], ROWS[number, :4] + np.int8(1))
    return order


@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_image_is_answered_once(count: int) -> None:
    """By whichever device; the counters are those of all."""
    lanes, said = lanes_of(*(Line(FakeBoard()) for _ in range(count)))
    lanes.info()

    assert sorted(check(lanes)) == list(range(COUNT))
    assert lanes.counters.exchanges == count + 2 * COUNT
    assert said == []


@pytest.mark.parametrize("left", [1, 2, 3, 4, 5, 9, 20, 40])
def test_what_a_failing_device_left_is_done_by_others(left: int) -> None:
    """It is named, with the image; the others go on."""
    lanes, said = lanes_of(Line(FakeBoard()), Leaving(FakeBoard(), left))
    lanes.info()

    assert sorted(check(lanes)) == list(range(COUNT))
    if said:  # the other one may have been quicker
        assert said[0].startswith("set aside, 1 left: image ")
        assert "closed by the device" in said[0]
        assert isinstance(lanes.first, Device)


def test_the_last_failure_is_the_runs() -> None:
    """With all of them gone there is an error, and no answer came twice."""
    lanes, said = lanes_of(*(Leaving(FakeBoard(), left) for left in (9, 20, 30)))
    lanes.info()
    order: list[int] = []
    with pytest.raises(DeviceError, match=r"image \d+: port .* closed by the device"):
        order.extend(number for number, _ in lanes.infer_many(enumerate(ROWS)))

    assert len(said) == 2
    assert len(order) == len(set(order)) < COUNT


def test_another_firmware_is_refused() -> None:
    """Boards may differ in their ids only."""
    same, other = FakeBoard(board_id=b"\7" * 8), FakeBoard(sha256=bytes(32))
    alike, _ = lanes_of(Line(FakeBoard()), Line(same))
    mixed, _ = lanes_of(Line(FakeBoard()), Line(other))

    assert alike.info().board_id == "0102030405060708"
    with pytest.raises(DeviceError, match="got another of model 000000000000"):
        mixed.info()


@pytest.mark.parametrize("taken", [0, 1, 7])
def test_a_run_may_stop_early(taken: int) -> None:
    """Nothing is left behind: no thread, and few images more than were taken."""
    pulled = []

    def images() -> Iterator[tuple[int, np.ndarray]]:
        for number in range(1_000_000):
            pulled.append(number)
            yield number, ROWS[number % COUNT]

    before = threading.active_count()
    lanes, _ = lanes_of(Line(FakeBoard()), Line(FakeBoard()))
    lanes.info()
    answers = lanes.infer_many(images())
    for _ in range(taken):
        next(answers)
    answers.close()  # type: ignore[attr-defined]

    assert threading.active_count() == before
    assert len(pulled) < 1_000_000


def test_an_error_of_the_images_is_the_runs() -> None:
    """What the images' iterator raises is no device's fault."""

    def images() -> Iterator[tuple[int, np.ndarray]]:
        yield 0, ROWS[0]
        raise ValueError("no more")

    lanes, said = lanes_of(Line(FakeBoard()), Line(FakeBoard()))
    lanes.info()
    with pytest.raises(ValueError, match="no more"):
        list(lanes.infer_many(images()))
    assert said == []


@pytest.mark.parametrize(("count", "most"), [(8, None), (9, 2)])
def test_images_do_not_wait_in_line_at_many_devices(
    count: int, most: int | None
) -> None:
    """Each of many has one at work and the next; of few as many as it takes."""
    lanes, _ = lanes_of(*(Line(FakeBoard()) for _ in range(count)))

    assert sorted(check(lanes)) == list(range(COUNT))
    assert {device.most_images for device in lanes.members.values()} == {most}

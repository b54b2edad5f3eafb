"""Faults of a link in virtual time, one image at a time and several on their way.

`tests/faults` plays them on pseudo terminals, to the end of a command and beyond it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.device.fake_board import FakeBoard, Line, served
from tests.device.virtual_link import VirtualLink, open_virtual
from tests.faults import lines
from tinycnn.device.device import Device
from tinycnn.device.opening import open_url
from tinycnn.errors import DeviceError, DeviceTimeoutError, ProtocolError

SEEDS = range(10)
IMAGES = 10
PAUSE_S = 20.0
LINE_FAULTS = [
    lines.BitFlips,
    lines.Losses,
    lines.Doubles,
    lines.LateReplies,
    lines.Noise,
    lines.Dribble,
]
STREAMED = pytest.mark.parametrize("streamed", [False, True], ids=["single", "stream"])


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


@pytest.mark.parametrize("seed", range(3))
@STREAMED
def test_unplugging_is_one_clear_error(seed: int, *, streamed: bool) -> None:
    """F12: a connection that is lost is an error with a remedy."""
    line = lines.Unplugged(FakeBoard(), seed)
    line.at = 7 * seed
    with (
        served(line) as url,
        pytest.raises(DeviceError, match=r"port socket://.*(closed|lost)") as error,
    ):
        run_images(url, streamed=streamed)

    assert error.value.hint is not None


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


@pytest.mark.parametrize(("timeout_s", "survives"), [(15.0, False), (30.0, True)])
@STREAMED
def test_a_board_pauses_for_20_seconds(
    timeout_s: float, *, survives: bool, streamed: bool
) -> None:
    """P: as long as a reply may take; a longer pause is a timeout."""
    board = FakeBoard()
    line = lines.Nap(board)
    line.at, line.nap_s = 5, PAUSE_S
    if survives:
        run_images(line, streamed=streamed, reply_timeout_s=timeout_s)
        assert board.runs == IMAGES
        return
    with pytest.raises(DeviceTimeoutError, match=r"no reply .* within 15\.0 s"):
        run_images(line, streamed=streamed, reply_timeout_s=timeout_s)


@pytest.mark.parametrize("at", range(0, 22, 3))
@pytest.mark.parametrize("place", ["write", "read"])
def test_the_host_sleeps_for_20_seconds(at: int, place: str) -> None:
    """P: what has arrived meanwhile counts, however short the timeout was."""
    board = FakeBoard()
    link = VirtualLink(Line(board))
    calls, once = iter(range(1000)), getattr(link, place)

    def sleep(*arguments: object) -> object:
        found = once(*arguments)
        if next(calls) == at:
            link.now += PAUSE_S
        return found

    setattr(link, place, sleep)
    device = Device(link, reply_timeout_s=3.0, clock=link.clock)
    assert len(list(answers(device, streamed=True))) == IMAGES
    assert board.runs == IMAGES


class NoisyLink:
    """Bytes without end, of which none is a packet; time passes as on a USB port."""

    name = "noisy"
    now = 0.0

    def write(self, data: bytes) -> None:
        """Send nothing."""

    def read(self, timeout_s: float) -> bytes:
        """What has arrived."""
        self.now += 0.004
        return b"\1" * 4096

    def close(self) -> None:
        """Nobody is there."""


def test_noise_without_end_is_not_waited_for_as_long_as_silence() -> None:
    """After five seconds, not after a reply's fifteen."""
    link = NoisyLink()
    device = Device(link, reply_timeout_s=60.0, clock=lambda: link.now)

    with pytest.raises(DeviceTimeoutError, match=r"within 5\.0 s after HELLO 0"):
        device.info()

    assert 5.0 <= link.now < 5.5

"""A board that is unplugged while it works is waited for, and no other is taken."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.device.pluggable import Socket, SteadyBoard
from tinycnn.device import PatientDevice, PortOptions, patient
from tinycnn.device.ports import DetectedPort
from tinycnn.errors import DeviceError, LinkLostError

IMAGES = np.random.default_rng(0).integers(-128, 128, (12, 100), np.int8)


@pytest.fixture
def socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Socket]:
    """A place for a board; it is looked for often."""
    monkeypatch.setattr(patient, "_LOOK_EVERY_S", 0.01)
    place = Socket(tmp_path / "board")
    yield place
    place.unplug()


class Words(list[str]):
    """What is said; when a board is waited for, the next thing is plugged in."""

    def __init__(self, *plugs: object) -> None:
        super().__init__()
        self._plugs = iter(plugs)

    def __call__(self, text: str) -> None:
        """Something is said."""
        self.append(text)
        plug = next(self._plugs, None) if "; waiting" in text else None
        if callable(plug):
            plug()


def run(socket: Socket, words: Words, *, wait_s: float = 5) -> list[int]:
    """Which images were answered; each answer is right."""
    options = PortOptions(reply_timeout_s=2)
    order = []
    with PatientDevice(str(socket.path), options, say=words, wait_s=wait_s) as device:
        device.info()
        for index, inference in device.infer_many(enumerate(IMAGES)):
            order.append(index)
            assert np.array_equal(inference.output[:4], IMAGES[index, :4] + np.int8(1))
        device.info()
    return order


@pytest.mark.parametrize("replies", [1, 2, 3, 10, 24, 25])
def test_the_same_board_goes_on_at_another_port(socket: Socket, replies: int) -> None:
    """Whenever the cable is pulled: no image is missing, none comes twice."""
    board = SteadyBoard()
    socket.plug(board, replies=replies)
    words = Words(lambda: socket.plug(board))

    assert run(socket, words) == list(range(12))
    assert len(set(socket.ports)) >= 1
    assert len(words) == 2
    assert words[0].endswith("; waiting 5 s for board 0102030405060708")
    assert words[1] == f"board 0102030405060708 is back on {socket.path}"


def test_many_losses_are_survived(socket: Socket) -> None:
    """As long as an answer comes in between."""
    board = SteadyBoard()
    socket.plug(board, replies=4)
    plugs = itertools.repeat(lambda: socket.plug(board, replies=4))

    class Endless(Words):
        def __init__(self) -> None:
            super().__init__()
            self._plugs = plugs

    words = Endless()
    assert run(socket, words) == list(range(12))
    assert len(words) >= 8


def test_a_board_that_always_goes_away_is_given_up(socket: Socket) -> None:
    """It may crash on this image: three times is enough."""
    board = SteadyBoard()
    socket.plug(board, replies=3)
    words = Words(*[lambda: socket.plug(board, replies=1)] * 9)

    with pytest.raises(LinkLostError, match=r"^image \d+: port .*board: lost: "):
        run(socket, words)
    assert len(words) == 6


def test_a_board_that_stays_away_is_an_error(socket: Socket) -> None:
    """With the image, the port, the cause, the board and the next step."""
    socket.plug(SteadyBoard(), replies=7)
    words = Words()
    with pytest.raises(LinkLostError) as caught:
        run(socket, words, wait_s=0.1)

    text = str(caught.value)
    assert text.startswith("image 3: port ")
    assert text.endswith("board 0102030405060708 did not come back within 0 s")
    assert "then run the command again" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (SteadyBoard(board_id=b"\7" * 8), "got board 0707070707070707 with model 0001"),
        (SteadyBoard(sha256=bytes(32)), "got board 0102030405060708 with model 0000"),
    ],
)
def test_another_board_in_its_place_is_refused(
    socket: Socket, other: SteadyBoard, named: str
) -> None:
    """At once, before it gets an image."""
    socket.plug(SteadyBoard(), replies=7)
    with pytest.raises(DeviceError, match=named):
        run(socket, Words(lambda: socket.plug(other)))

    assert other.runs == 0


@pytest.mark.parametrize("was_there", [False, True])
def test_ports_that_appear_are_tried(
    socket: Socket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    was_there: bool,
) -> None:
    """The board is found on another node, beside a new stranger.

    One that was there before is never opened: it is another's.
    """
    port = DetectedPort("", (), "other", None, None, None, "")
    nodes = [tmp_path / name for name in ("new", "stranger", "old")]
    ports = [replace(port, device=str(node)) for node in nodes]
    listed = ports[2:]
    monkeypatch.setattr(patient, "detect_ports", lambda: tuple(listed))
    board, stranger = SteadyBoard(), SteadyBoard(board_id=b"\7" * 8)
    beside = Socket(nodes[1])
    socket.plug(board, replies=7)

    def plug() -> None:
        if was_there:
            socket.plug(board, name=nodes[2])
            return
        beside.plug(stranger)
        socket.plug(board, name=nodes[0])
        listed.extend(ports)

    words = Words(plug)
    if was_there:
        with pytest.raises(LinkLostError):
            run(socket, words, wait_s=0.3)
        return
    assert run(socket, words) == list(range(12))
    assert words[1] == f"board 0102030405060708 is back on {nodes[0]}"
    assert stranger.runs == 0
    beside.unplug()


def test_a_board_without_an_id_is_known_by_its_port(
    socket: Socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be told from others on ports that appear."""
    port = DetectedPort(str(tmp_path / "new"), (), "other", None, None, None, "")
    listed: list[DetectedPort] = []
    monkeypatch.setattr(patient, "detect_ports", lambda: tuple(listed))
    board = SteadyBoard(board_id=bytes(8))
    socket.plug(board, replies=7)

    def plug() -> None:
        socket.plug(board, name=tmp_path / "new")
        listed.append(port)

    with pytest.raises(LinkLostError, match="did not come back"):
        run(socket, Words(plug), wait_s=0.3)

"""Several boards share images: each is named, with what it did or why it did not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.device.fake_board import Leaving, Slow
from tests.device.pluggable import SteadyBoard
from tests.observer import Log
from tests.workbench.boards import (
    WrongBoard,
    choose,
    make_board,
    plugged,
    subject_of,
)
from tinycnn.device import patient
from tinycnn.device.packets import PacketType
from tinycnn.device.ports import DetectedPort
from tinycnn.errors import DeviceError
from tinycnn.harness import Profile, ValidationResult, describe_shares
from tinycnn.workbench import crew, find_boards, validate

ONE, TWO = "01" * 8, "02" * 8


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A board that went away is not waited for."""
    monkeypatch.setattr(patient, "WAIT_S", 0.0)


def test_each_board_has_its_share() -> None:
    """Whose images they are, where it is, how quick it was."""
    with plugged(*map(make_board, (1, 2, 3))) as ports:
        result = validate(subject_of([]), choose(ports), Log())

    assert (result.equal, result.images, len(result.shares)) == (True, 40, 3)
    assert sum(share.images for share in result.shares) == 40
    assert [share.port for share in result.shares] == ports
    assert [share.board for share in result.shares] == [ONE, TWO, "03" * 8]
    assert all(s.images_per_second > 0 for s in result.shares if s.images)
    assert list(describe_shares(result.shares)) == []


@pytest.mark.parametrize("left", [3, 6, 9])
def test_a_failing_board_is_set_aside(left: int) -> None:
    """And named; the others do what it left."""
    observer = Log()
    lines = Slow(make_board(1).board), Leaving(make_board(2).board, left)
    with plugged(*lines) as ports:
        result = validate(subject_of([]), choose(ports), observer)

    assert (result.equal, result.images) == (True, 40)
    (said,) = describe_shares(result.shares)
    assert said.startswith(f"board {TWO} on {ports[1]} was set aside: ")
    assert any(f"board {TWO} is set aside, 1 left" in note for note in observer.notes)


def test_a_port_that_does_not_answer_is_set_aside() -> None:
    """A run can go on where one board is gone for good."""
    observer, nowhere = Log(), "socket://127.0.0.1:1"
    with plugged(make_board(1), make_board(2)) as ports:
        result = validate(subject_of([]), choose([nowhere, *ports]), observer)

    assert (result.equal, len(result.shares)) == (True, 3)
    (said,) = describe_shares(result.shares)
    assert said.startswith(f"the board on {nowhere} was set aside: port ")
    assert observer.notes[0].startswith(f"{nowhere} is set aside: port ")


def test_all_failing_is_the_last_ones_error(tmp_path: Path) -> None:
    """What was found until then is kept; the next run goes on there."""
    kept: list[ValidationResult | Profile] = []
    subject = replace(subject_of(kept), log=tmp_path / "run.jsonl")
    lines = (Leaving(SteadyBoard(board_id=bytes([n]) * 8), 4 + n) for n in (1, 2))
    with plugged(*lines) as ports, pytest.raises(DeviceError, match="did not come"):
        validate(subject, choose(ports), Log())
    (part,) = kept
    assert isinstance(part, ValidationResult)
    assert 0 < part.images < 40
    assert all(share.failure for share in part.shares)

    observer = Log()
    with plugged(make_board(1), make_board(2)) as ports:
        result = validate(subject, choose(ports), observer)
    assert (result.equal, result.images) == (True, 40)
    assert observer.notes[0].startswith("goes on after ")


def test_the_board_that_differs_is_named() -> None:
    """The others are equal; the diagnosis is of its answers."""
    with plugged(make_board(1), make_board(2, WrongBoard)) as ports:
        result = validate(subject_of([]), choose(ports), Log())

    first, second = result.shares
    assert (first.different, second.different > 0) == (0, True)
    assert {d.index for d in result.differences} == set(second.differs)
    assert result.find_board(result.differences[0].index) == TWO
    (said,) = describe_shares(result.shares)
    assert said.startswith(f"only board {TWO} differs: {second.different} of its ")


@pytest.mark.parametrize("place", [0, 1])
def test_a_board_with_another_model_is_refused(place: int) -> None:
    """Before an image is sent to any."""
    lines = [make_board(1), make_board(2)]
    lines.insert(place, make_board(9, sha256=bytes(32)))
    with plugged(*lines) as ports, pytest.raises(DeviceError) as raised:
        validate(subject_of([]), choose(ports), Log())

    assert str(raised.value).startswith(f"{ports[place]}: expected model 0001")
    asked = {kind for line in lines for kind in line.board.requests}
    assert asked <= {PacketType.HELLO}


def test_the_same_board_twice_is_refused(tmp_path: Path) -> None:
    """By its port, by a link to it, and by its id."""
    (tmp_path / "link").symlink_to("/dev/ttyX9")
    for ports in (["/dev/ttyX9", "/dev/ttyX9"], ["/dev/ttyX9", f"{tmp_path}/link"]):
        with pytest.raises(DeviceError, match=r"another board than on .* the same"):
            validate(subject_of([]), choose(ports), Log())
    with (
        plugged(make_board(1), make_board(1)) as ports,
        pytest.raises(DeviceError, match=f"expected two boards, both say id {ONE}"),
    ):
        validate(subject_of([]), choose(ports), Log())


@pytest.mark.parametrize("said", [1, 0])
def test_boards_that_say_the_same_id_are_told_apart_by_their_place(
    said: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the USB bus tells it; two interfaces of one device are one board."""
    places: dict[str, str] = {}

    def detect() -> tuple[DetectedPort, ...]:
        known = "application", "SERIAL", 1, 2, ""
        return tuple(
            DetectedPort(port, ("nano33ble",), *known, location=place)  # type: ignore[arg-type]
            for port, place in places.items()
        )

    monkeypatch.setattr(crew, "detect_ports", detect)
    with plugged(make_board(said), make_board(said)) as ports:
        places |= zip(ports, ("1-1.4:1.0", "1-1.2:1.0"), strict=True)
        result = validate(subject_of([]), choose(ports), Log())
        assert [s.board.rpartition("@")[2] for s in result.shares] == ["1-1.4", "1-1.2"]
        places[ports[1]] = "1-1.4:1.2"
        with pytest.raises(DeviceError, match="expected two boards, both say id"):
            validate(subject_of([]), choose(ports), Log())


def test_all_finds_the_boards_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others are named and left alone."""
    observer = Log()
    other = make_board(3, sha256=bytes(32))
    with plugged(make_board(1), other, make_board(2)) as ports:
        found = [
            DetectedPort(port, ("nano33ble",), "application", "S", 1, 2, "")
            for port in (*ports, "socket://127.0.0.1:1")
        ]
        found += [
            DetectedPort("/dev/ttyB", ("nano33ble",), "bootloader", "S", 1, 2, ""),
            DetectedPort("/dev/ttyC", (), "other", "S", 1, 2, "a modem"),
            DetectedPort("/dev/ttyS0", (), "other", None, None, None, ""),
        ]
        monkeypatch.setattr(crew, "detect_ports", lambda: tuple(found))
        choice = find_boards(subject_of([]), choose([""]), observer)

    assert choice.ports == (ports[0], ports[2])
    told = "\n".join(observer.notes)
    assert f"{ports[1]} is left alone: {ports[1]}: expected model 0001" in told
    assert "/dev/ttyB is left alone: a bootloader" in told
    assert "/dev/ttyC is left alone: no board of the table" in told
    assert "127.0.0.1:1 is left alone: port" in told
    assert "ttyS0" not in told

    monkeypatch.setattr(crew, "detect_ports", tuple)
    with pytest.raises(DeviceError, match="--all: expected boards with model 00010203"):
        find_boards(subject_of([]), choose([""]), observer)

"""Several boards, killed and unplugged: what is found is what one board would find."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.device.fake_board import Leaving, Line
from tests.device.pluggable import SteadyBoard
from tests.observer import Log
from tests.workbench.boards import (
    WrongBoard,
    choose,
    make_board,
    plugged,
    subject_of,
)
from tests.workbench.test_going_on import Killed, kill_at
from tinycnn.device import patient
from tinycnn.errors import DeviceError
from tinycnn.harness import StopRule, ValidationResult
from tinycnn.harness.order import order_by_risk
from tinycnn.workbench import Subject, validate

RULE = StopRule(0.9, 0.9)
COUNT = 90


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A board that went away is not waited for."""
    monkeypatch.setattr(patient, "WAIT_S", 0.0)


def make_subject(log: Path | None, *, is_stopped: bool) -> Subject:
    """Ninety images, the riskiest first; asked until enough is known, or all."""
    picked = order_by_risk(np.arange(float(COUNT)), seed=3)
    rule = RULE if is_stopped else None
    return replace(subject_of([], COUNT), log=log, picked=picked, rule=rule)


def boil_down(result: ValidationResult) -> dict[str, Any]:
    """What does not depend on who was quicker."""
    rows = result.indices, result.outputs, result.cycles, result.micros
    told = {"rows": [array.tolist() for array in rows], "decision": result.decision}
    return told | {"differences": result.differences, "passed": result.passed}


def run_with(subject: Subject, lines: list[Line]) -> dict[str, Any]:
    """What boards find together."""
    with plugged(*lines) as ports:
        return boil_down(validate(subject, choose(ports), Log()))


def run_until_killed(subject: Subject, number: int, lines: list[Line]) -> None:
    """Run until the program is killed within a write to the log."""
    with pytest.MonkeyPatch.context() as patch:
        kill_at(patch, number, 0.5)
        with pytest.raises(Killed):
            run_with(subject, lines)


def break_off(subject: Subject, chance: random.Random) -> None:
    """A run of some boards, of which some leave, and which may be killed."""
    lines = [
        Leaving(SteadyBoard(board_id=bytes([n]) * 8), chance.randint(5, 60))
        if chance.random() < 0.7
        else make_board(n)
        for n in chance.sample(range(1, 6), chance.randint(1, 4))
    ]
    with pytest.MonkeyPatch.context() as patch, suppress(Killed, DeviceError):
        if chance.random() < 0.7:
            kill_at(patch, chance.randint(1, 40), chance.random())
        run_with(subject, lines)


@pytest.fixture(scope="module", params=[False, True], ids=["all", "early stop"])
def golden(request: pytest.FixtureRequest) -> tuple[bool, dict[str, Any]]:
    """What one board finds that nobody stops."""
    subject = make_subject(None, is_stopped=request.param)
    with plugged(make_board(1), make_board(2)) as ports:
        one = boil_down(validate(subject, choose(ports[:1]), Log()))
        two = boil_down(validate(subject, choose(ports), Log()))
    assert one == two
    assert (len(one["rows"][0]) < COUNT) == request.param
    return request.param, one


@pytest.mark.parametrize("seed", range(5))
def test_kills_and_lost_boards_change_nothing(
    golden: tuple[bool, dict[str, Any]], tmp_path: Path, seed: int
) -> None:
    """Whichever boards go on, and whatever was under way."""
    is_stopped, expected = golden
    subject = make_subject(tmp_path / "run.jsonl", is_stopped=is_stopped)
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        break_off(subject, chance)
    boards = [make_board(n) for n in chance.sample(range(1, 6), chance.randint(1, 3))]

    assert run_with(subject, boards) == expected


def test_a_board_that_differs_does_not_stop_the_others_from_going_on(
    tmp_path: Path,
) -> None:
    """Each is asked again for its own answers only."""
    subject = make_subject(tmp_path / "run.jsonl", is_stopped=False)
    run_until_killed(subject, 50, [make_board(1), make_board(2, WrongBoard)])
    observer = Log()
    with plugged(make_board(1), make_board(2, WrongBoard)) as ports:
        result = validate(subject, choose(ports), observer, resume="always")

    assert observer.notes[0].startswith("goes on after 49 of 90 images")
    assert result.images == COUNT
    assert [bool(share.different) for share in result.shares] == [False, True]


def test_a_board_whose_firmware_was_changed_is_named(tmp_path: Path) -> None:
    """It answers otherwise than it did."""
    subject = make_subject(tmp_path / "run.jsonl", is_stopped=False)
    run_until_killed(subject, 80, [make_board(1), make_board(2)])
    lines = [make_board(1, WrongBoard), make_board(2, WrongBoard)]
    with plugged(*lines) as ports, pytest.raises(DeviceError, match="got another"):
        validate(subject, choose(ports), Log())

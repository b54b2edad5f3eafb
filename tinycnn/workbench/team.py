"""The devices that share the images of one validation, and what that will take."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial

import numpy as np

from tinycnn.device import Device, DeviceInfo
from tinycnn.harness import Lanes, RunLog, ValidationResult, forecast_run
from tinycnn.workbench.crew import open_crew
from tinycnn.workbench.observer import Observer
from tinycnn.workbench.subject import DeviceChoice, Subject, open_device

__all__ = ["count_boards", "foretell", "only_its_own", "open_team", "pick_device"]

# Cycles of a simulated board that take about as long as the start of another one.
_WORTH_A_START = 1_000_000_000

# Of a simulated board on this computer, more or less.
_SIMULATED_HZ = 200e6
_SHORT_S = 5.0  # of which nothing is said


@contextmanager
def open_team(
    subject: Subject, choice: DeviceChoice, observer: Observer
) -> Iterator[Device | Lanes]:
    """The device of `choice`, or several: its boards, or as many simulated as pay off.

    Raises:
        ToolchainError: If firmware cannot be built.
        DeviceError: If one cannot be opened, or is another than was built.
    """
    say = partial(observer.note, "validate")
    with ExitStack() as opened:
        if len(choice.ports) > 1:
            crew = opened.enter_context(open_crew(subject, choice, observer))
            devices = crew.devices
            yield Lanes(list(devices.values()), say, list(devices), crew.absent)
            return
        more = [
            opened.enter_context(open_device(subject, choice, say=say))
            for _ in range(count_boards(subject, choice))
        ]
        yield Lanes(more, say) if len(more) > 1 else more[0]


def pick_device(team: Device | Lanes, result: ValidationResult) -> Device | None:
    """The device that differs, or any if none does; None if it has failed."""
    if isinstance(team, Device):
        return team
    board = _find_differing(result)
    return team.first if board is None else team.find(board)


def only_its_own(
    team: Device | Lanes, result: ValidationResult, log: RunLog | None
) -> ValidationResult:
    """The part of a result that is of the one of several boards that differs first.

    What a board's mistake explains are its own answers, in the order in which it gave
    them.
    """
    board = _find_differing(result)
    if isinstance(team, Device) or board is None:
        return result
    before = log.answers if log is not None else {}
    earlier = (index for index, answer in before.items() if answer.board_id == board)
    own = {*team.answered_by(board), *earlier}
    rows = np.array([index in own for index in result.indices.tolist()])
    return replace(
        result,
        indices=result.indices[rows],
        outputs=result.outputs[rows],
        cycles=result.cycles[rows],
        micros=result.micros[rows],
        differences=tuple(one for one in result.differences if one.index in own),
        different=next(s.different for s in result.shares if s.board == board),
    )


def _find_differing(result: ValidationResult) -> str | None:
    if result.equal:
        return None
    return result.find_board(result.differences[0].index)


def foretell(
    subject: Subject, choice: DeviceChoice, observer: Observer, info: DeviceInfo
) -> None:
    """Tell what the run will take, if that is not little."""
    if info.foreign is not None or (choice.kind != "sim" and choice.port is None):
        return
    is_simulated = choice.port is None
    found = forecast_run(
        info,
        len(subject.asked) // max(len(choice.ports), 1),
        baud=choice.options.baud,
        cycles=_count_cycles(subject),
        hz=_SIMULATED_HZ * count_boards(subject, choice) if is_simulated else 0,
    )
    if found.seconds is not None and found.seconds > _SHORT_S:
        observer.note("validate", found.text)


def count_boards(subject: Subject, choice: DeviceChoice) -> int:
    """How many devices share the images: one, or several simulated boards."""
    if choice.port is not None or choice.kind != "sim":
        return 1
    images = len(subject.asked)
    if choice.boards is not None:
        return min(choice.boards, images)
    worth = images * _count_cycles(subject) // _WORTH_A_START
    return max(1, min(_count_cores(), worth))


def _count_cycles(subject: Subject) -> int:
    """Of one run; where no board is known that they could be predicted for, roughly."""
    return sum(subject.analysis.cycles) or subject.analysis.macs


def _count_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

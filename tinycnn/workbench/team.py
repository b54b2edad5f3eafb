"""The devices that share the images of one validation, and what that will take."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial

import numpy as np

from tinycnn.device import Device, DeviceInfo
from tinycnn.harness import (
    Lanes,
    Pace,
    RunLog,
    ValidationResult,
    forecast_run,
    say_duration,
)
from tinycnn.workbench.crew import open_crew
from tinycnn.workbench.observer import Observer
from tinycnn.workbench.subject import DeviceChoice, Subject, open_device

__all__ = ["Outlook", "count_boards", "only_its_own", "open_team", "pick_device"]

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
    them: that is not the order of all where it took over another board's images.
    """
    board = _find_differing(result)
    if isinstance(team, Device) or board is None:
        return result
    before = log.answers if log is not None else {}
    earlier = (index for index, answer in before.items() if answer.board_id == board)
    own = dict.fromkeys((*earlier, *team.answered_by(board)))
    row_of = {index: row for row, index in enumerate(result.indices.tolist())}
    rows = np.array([row_of[index] for index in own if index in row_of])
    different = next(s.different for s in result.shares if s.board == board)
    differences = [one for one in result.differences if one.index in own]
    if different > len(differences):  # of the others it is known up to where only
        rows.sort()
    return replace(
        result,
        indices=result.indices[rows],
        outputs=result.outputs[rows],
        cycles=result.cycles[rows],
        micros=result.micros[rows],
        differences=tuple(differences),
        different=different,
    )


def _find_differing(result: ValidationResult) -> str | None:
    if result.equal:
        return None
    return result.find_board(result.differences[0].index)


class Outlook:
    """Tells what a run will take, if that is not little; again when it is measured.

    Args:
        subject: The model.
        choice: The device.
        observer: Who is told.
        log: What the run goes on with: the images in it are not asked for again.
    """

    def __init__(
        self,
        subject: Subject,
        choice: DeviceChoice,
        observer: Observer,
        log: RunLog | None,
    ) -> None:
        self._subject, self._choice, self._observer = subject, choice, observer
        known = log.answers if log else {}
        self._images = sum(int(index) not in known for index in subject.asked)
        self._pace = Pace(None)

    def foretell(self, info: DeviceInfo) -> None:
        """Tell it before the first image."""
        choice = self._choice
        if info.foreign is not None or (choice.kind != "sim" and choice.port is None):
            return
        boards, is_simulated = count_boards(self._subject, choice), choice.port is None
        found = forecast_run(
            info,
            self._images // max(len(choice.ports), 1),
            baud=choice.options.baud,
            cycles=_count_cycles(self._subject),
            hz=_SIMULATED_HZ * boards if is_simulated else 0,
        )
        if found.seconds is not None and found.seconds > _SHORT_S:
            self._observer.note("validate", found.text)
            self._pace = Pace(found.seconds)

    def progress(self, done: int, total: int) -> None:
        """Images are done; tells what is left if that is other than was foretold."""
        self._observer.progress("validate", done, total)
        left_s = self._pace.see(done, total)
        if left_s is not None and left_s > _SHORT_S:
            rate = (total - done) / left_s
            text = f"{rate:,.3g} images/s measured, about {say_duration(left_s)} left"
            self._observer.note("validate", text)


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

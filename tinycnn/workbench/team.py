"""The devices that share the images of one validation, and what that will take."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from tinycnn.device import Device, DeviceInfo
from tinycnn.harness import Answering, Lanes, forecast_run
from tinycnn.workbench.observer import Observer
from tinycnn.workbench.subject import DeviceChoice, Subject, open_device

__all__ = ["count_boards", "foretell", "open_team"]

# Cycles of a simulated board that take about as long as the start of another one.
_WORTH_A_START = 1_000_000_000

# Of a simulated board on this computer, more or less.
_SIMULATED_HZ = 200e6
_SHORT_S = 5.0  # of which nothing is said


@contextmanager
def open_team(
    subject: Subject, choice: DeviceChoice, device: Device, observer: Observer
) -> Iterator[Answering]:
    """`device`, with as many more simulated boards as suit the run.

    Raises:
        DeviceError: If one cannot be opened.
    """
    count = count_boards(subject, choice)
    if count == 1:
        yield device
        return
    with ExitStack() as opened:
        more = [
            opened.enter_context(open_device(subject, choice)) for _ in range(count - 1)
        ]
        yield Lanes([device, *more], partial(observer.note, "validate"))


def foretell(
    subject: Subject, choice: DeviceChoice, observer: Observer, info: DeviceInfo
) -> None:
    """Tell what the run will take, if that is not little."""
    if info.foreign is not None or (choice.kind == "host" and choice.port is None):
        return
    is_simulated = choice.port is None
    found = forecast_run(
        info,
        len(subject.asked),
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

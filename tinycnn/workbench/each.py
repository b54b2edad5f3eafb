"""A production line: every board gets all images, and a verdict of its own.

The boards work at the same time, each in a thread; what the reference makes of the
images is computed once. A board that fails or is another one does not stop the others.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tinycnn.errors import TinycnnError
from tinycnn.harness import Profile, ValidationResult
from tinycnn.reference import Reference, run_in_batches
from tinycnn.workbench.crew import Met, meet, tell_apart
from tinycnn.workbench.observer import Observer
from tinycnn.workbench.subject import DeviceChoice, Subject

__all__ = ["Tested", "validate_each"]

_END_S = 2.0  # a board that does not answer within this is left alone
_LOOK_EVERY_S = 0.2

ValidateOne = Callable[[Subject, DeviceChoice, Observer], ValidationResult]


@dataclass(frozen=True, slots=True)
class Tested:
    """What was found of one board.

    Attributes:
        board: What it is told apart by; empty if it did not say who it is.
        port: Where it is.
        result: What was found; None if nothing was.
        error: Why its run ended early; empty if it did not.
    """

    board: str
    port: str
    result: ValidationResult | None = None
    error: str = ""

    @property
    def name(self) -> str:
        """What to call it."""
        return f"board {self.board}" if self.board else f"the board on {self.port}"

    @property
    def file_name(self) -> str:
        """What tells its files apart from those of others."""
        return re.sub(r"[^A-Za-z0-9.]+", "-", self.board or self.port).strip("-")


def validate_each(
    subject: Subject,
    choice: DeviceChoice,
    observer: Observer,
    validate_one: ValidateOne,
) -> tuple[Tested, ...]:
    """What is found of each board, in the order of their ports.

    An interruption ends all runs; what was found until then is kept by their logs.

    Args:
        subject: The model; its own `keep` is told nothing.
        choice: The boards.
        observer: Told how the work proceeds.
        validate_one: Validates one board.

    Raises:
        DeviceError: If two ports may be one board.
    """
    met = meet(subject, choice, choice.ports)
    there = [one for one in met if one.info is not None]
    names = dict(zip((one.port for one in there), tell_apart(there), strict=True))
    found = {one.port: _refuse(one, names.get(one.port, "")) for one in met}
    shared = _share_reference(subject, observer)
    runs = [
        _Run(shared, replace(choice, port=one.port, more_ports=()), found[one.port])
        for one in met
        if one.error is None
    ]
    progress = _Progress(observer, len(subject.asked) * len(runs))
    observer.stage("validate", is_current=False)
    threads = [
        threading.Thread(target=run.run, args=(validate_one, progress), daemon=True)
        for run in runs
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():  # a signal is seen between two looks
                thread.join(_LOOK_EVERY_S)
    finally:
        progress.stop()
        for thread in threads:
            thread.join(_END_S)
    for run in runs:
        if run.fault is not None:
            raise run.fault
    found |= {run.tested.port: run.tested for run in runs}
    return tuple(found[port] for port in choice.ports)


def _refuse(met: Met, board: str) -> Tested:
    return Tested(board, met.port, error=str(met.error or ""))


def _share_reference(subject: Subject, observer: Observer) -> Subject:
    """The subject with what its reference makes of the images, for several threads."""
    reference, lock = subject.reference(), threading.Lock()

    def run_rows(rows: Sequence[bytes]) -> list[bytes]:
        with lock:
            return reference.run_rows(rows)

    expected = subject.expected
    if expected is None:
        observer.stage("reference", is_current=False)
        rows = np.concatenate(
            list(run_in_batches(reference.run, subject.inputs[subject.asked]))
        )
        expected = np.zeros((len(subject.inputs), rows.shape[1]), np.int8)
        expected[subject.asked] = rows
    shared = Reference(reference.identity, run_rows)
    return replace(subject, expected=expected, reference=lambda: shared)


class _Run:
    """One board's run."""

    def __init__(self, subject: Subject, choice: DeviceChoice, board: Tested) -> None:
        self.tested = board
        self.fault: BaseException | None = None
        log = subject.log
        if log is not None:
            log = log.with_name(f"{log.stem}-{board.file_name}{log.suffix}")
        self._subject = replace(subject, keep=self._keep, log=log)
        self._choice = choice

    def _keep(self, found: ValidationResult | Profile) -> None:
        if isinstance(found, ValidationResult):
            self.tested = replace(self.tested, result=found)

    def run(self, validate_one: ValidateOne, progress: _Progress) -> None:
        """Validate; what stops it is no fault of the others."""
        observer = _Forwarding(progress, self.tested.name)
        try:
            validate_one(self._subject, self._choice, observer)
        except TinycnnError as error:
            self.tested = replace(self.tested, error=str(error))
        except KeyboardInterrupt:
            self.tested = replace(self.tested, error="interrupted")
        except BaseException as error:  # told to who waits for the verdicts
            self.fault = error


class _Progress:
    """How far all boards are together."""

    def __init__(self, observer: Observer, total: int) -> None:
        self.observer = observer
        self._total = total
        self._done: dict[str, int] = {}
        self._lock = threading.Lock()
        self._is_over = False

    def tell(self, board: str, done: int) -> None:
        """A board is so far."""
        if self._is_over:
            raise KeyboardInterrupt
        with self._lock:
            self._done[board] = done
            self.observer.progress("validate", sum(self._done.values()), self._total)

    def stop(self) -> None:
        """End all runs that still go on."""
        self._is_over = True


class _Forwarding:
    """Tells what one board's run tells."""

    def __init__(self, progress: _Progress, name: str) -> None:
        self._progress, self._name = progress, name

    def stage(self, name: str, *, is_current: bool) -> None:
        """Stages of single boards are not told."""

    def progress(self, name: str, done: int, total: int, detail: str = "") -> None:
        """Of the images alone."""
        if name == "validate":
            self._progress.tell(self._name, done)

    def note(self, name: str, text: str) -> None:
        """Whose it is, too."""
        self._progress.observer.note(name, f"{self._name}: {text}")

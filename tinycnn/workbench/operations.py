"""Validation and profile of whatever lies on the bench."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tinycnn import harness
from tinycnn.analysis.measured import predict_measured
from tinycnn.boards import Board
from tinycnn.boards.ledger import ProbeRun, find_timings
from tinycnn.device import Device
from tinycnn.errors import ProjectError
from tinycnn.harness import Lanes, Profile, Resume, RunLog, ValidationResult
from tinycnn.harness.tally import Tally
from tinycnn.reference import Reference
from tinycnn.workbench.bisection import bisect_image
from tinycnn.workbench.diagnosis import diagnose_result
from tinycnn.workbench.expected import Expected
from tinycnn.workbench.explanation import explain_result
from tinycnn.workbench.going_on import open_log
from tinycnn.workbench.health import HealthWatch, check_examinable, examine_result
from tinycnn.workbench.observer import Observer
from tinycnn.workbench.subject import DeviceChoice, Subject, open_device
from tinycnn.workbench.team import Outlook, only_its_own, open_team, pick_device

__all__ = ["Explaining", "find_cycle_model", "profile", "validate"]

# The cores whose cycles the simulated board can tell.
_CYCLE_MODELS = dict.fromkeys(("cortex-m4", "cortex-m4f"), "Cortex-M4 cycle model")


@dataclass(frozen=True, slots=True)
class Explaining:
    """How far differences are explained.

    Attributes:
        is_bisected: Whether debug firmware is built to find the first operator and
            number that differ, and programs with other kernels, to tell them apart.
        is_strict: Whether no difference is forgiven, whatever explains it.
    """

    is_bisected: bool = False
    is_strict: bool = False


_USUAL = Explaining()


def validate(
    subject: Subject,
    choice: DeviceChoice,
    observer: Observer,
    *,
    resume: Resume = "if possible",
    explaining: Explaining = _USUAL,
    health: bool = False,
) -> ValidationResult:
    """Compare a device's outputs with those of the reference; keeps what was found.

    Of a run that ends before its last image that is the part that was compared. Where
    the subject has a log, the next run of the same goes on from there.

    Args:
        subject: The model.
        choice: The device.
        observer: Told how the work proceeds.
        resume: Whether to go on with a run that broke off.
        explaining: How far differences are explained.
        health: Whether to examine the device, too.

    Raises:
        ProjectError: If there is no run to go on with, or if text is spoken to a device
            that is to be examined.
        RefusedModelError: If the reference refuses the model.
        ToolchainError: If firmware cannot be built.
        DeviceError: If the device fails or is another than was built.
    """
    if health:
        check_examinable(subject, choice)
    reference = subject.reference()
    with (
        open_team(subject, choice, observer) as team,
        open_log(subject, choice, team, reference, resume=resume) as log,
    ):
        for note in log.notes if log else ():
            observer.note("validate", note)
        result = _validate(
            subject,
            choice,
            observer,
            team,
            reference,
            log,
            explaining,
            health=health,
        )
        if log is not None:
            log.finish()  # not before it is kept: a kill loses nothing
    return result


def _validate(
    subject: Subject,
    choice: DeviceChoice,
    observer: Observer,
    team: Device | Lanes,
    reference: Reference,
    log: RunLog | None,
    asked: Explaining,
    *,
    health: bool,
) -> ValidationResult:
    """Compare, find out why it differs, and keep what was found, whatever happens."""
    identity = subject.identity(choice)
    parts: list[ValidationResult] = []
    try:
        observer.stage("validate", is_current=False)
        watch = HealthWatch(team)
        outlook = Outlook(subject, choice, observer, log)
        expected = Expected(reference, subject)
        result = harness.validate(
            team,
            subject.inputs,
            expected,
            identity=identity,
            reference=reference.identity,
            labels=subject.labels,
            indices=subject.asked,
            order=subject.order,
            seed=subject.seed,
            log=log,
            tally=Tally(subject.rule, subject.asking) if subject.rule else None,
            on_start=outlook.foretell,
            on_progress=outlook.progress,
            on_stop=parts.append,
        )
        parts.append(result)  # kept even if its diagnosis is interrupted
        parts[:] = [result := watch.judge(subject, result)]
        own = only_its_own(team, result, log)
        device = pick_device(team, result)
        bench = subject, choice, observer
        for found in _explain(result, own, expected, *bench, device, asked):
            parts[:] = [result := found]
        if health and device is not None:
            result = examine_result(device, subject, choice, result, observer)
            parts[:] = [result]
    finally:
        for part in parts:
            subject.keep(part)
    return result


def _explain(
    result: ValidationResult,
    own: ValidationResult,
    expected: Expected,
    subject: Subject,
    choice: DeviceChoice,
    observer: Observer,
    device: Device | None,
    asked: Explaining,
) -> Iterator[ValidationResult]:
    """The result with more and more of why it differs; nothing if all is equal."""
    if result.equal:
        return
    observer.stage("diagnose", is_current=False)
    found = diagnose_result(device, subject, subject.identity(choice), own)
    yield (result := replace(result, diagnosis=found))
    reasons = explain_result(
        subject,
        choice,
        subject.identity(choice),
        result,
        expected.of(result.indices),
        observer,
        is_thorough=asked.is_bisected,
        is_strict=asked.is_strict,
    )
    yield (result := replace(result, reasons=reasons))
    if asked.is_bisected and device is not None:
        image = result.differences[0].index
        where = bisect_image(subject, choice, image, observer, device)
        yield replace(result, bisection=where)


def profile(
    subject: Subject,
    choice: DeviceChoice,
    observer: Observer,
    measured: ProbeRun | None = None,
) -> Profile:
    """Measure each operator on the first input; keeps what was found.

    What our kernels take does not depend on the input's values.

    Args:
        subject: The model.
        choice: The device.
        observer: Told how the work proceeds.
        measured: What the probe found on a board of this kind: the simulated board
            counts, and the compiler predicts, by it.

    Raises:
        ProjectError: If the cycles of its board cannot be estimated.
        ToolchainError: If firmware cannot be built.
        DeviceError: If the device fails or is another than was built.
    """
    cycle_model = None if choice.port else find_cycle_model(subject.board)
    if cycle_model and measured:
        cycle_model = f"{cycle_model} with the probe of board {measured.board_id}"
    timings = find_timings(measured) if measured else None
    with open_device(subject, choice, timings=timings) as device:
        observer.stage("profile", is_current=False)
        found = harness.profile(
            device,
            subject.inputs[0],
            predict_measured(subject.analysis, measured),
            identity=subject.identity(choice),
            cycle_model=cycle_model,
        )
    subject.keep(found)
    return found


def find_cycle_model(board: Board) -> str:
    """The core whose cycles the simulated `board` estimates.

    Raises:
        ProjectError: If they cannot be estimated.
    """
    if board.core not in _CYCLE_MODELS:
        raise ProjectError(
            f"board '{board.name}': expected a Cortex-M4, whose cycles can be "
            f"estimated, got {board.core}",
            hint="measure on the board itself: --port",
        )
    return _CYCLE_MODELS[board.core]

"""The health of a device on the bench, beside the verdict on its outputs."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace

import numpy as np

from tinycnn.device import Device, DeviceStatus
from tinycnn.errors import DeviceError, ProjectError
from tinycnn.harness import (
    Health,
    HealthCheck,
    Lanes,
    Sample,
    ValidationResult,
    examine,
    examine_restarted,
    judge_health,
)
from tinycnn.workbench.observer import Observer
from tinycnn.workbench.subject import DeviceChoice, Subject, open_device

__all__ = ["HealthWatch", "check_examinable", "examine_result"]


class HealthWatch:
    """What devices say of themselves before and after a run.

    Args:
        team: Before its first image.

    Raises:
        DeviceError: If the only one fails.
    """

    def __init__(self, team: Device | Lanes) -> None:
        self._team = team
        self._before: dict[Device, DeviceStatus] = {}
        for device in _list_devices(team).values():
            if device.tells_status:
                with self._unless_alone():
                    self._before[device] = device.status()

    def judge(self, subject: Subject, result: ValidationResult) -> ValidationResult:
        """The result of the run, with the health of the devices after it.

        Of several the checks are those of the first, and those that another one failed.

        Raises:
            DeviceError: If the only one fails.
        """
        health: Health | None = None
        for name, device in _list_devices(self._team).items():
            if device not in self._before:
                continue
            with self._unless_alone():
                after = device.status()
                found = judge_health(self._before[device], after, subject.limits)
                health = _add(health, name, found)
        return result if health is None else replace(result, health=health)

    def _unless_alone(self) -> AbstractContextManager[None]:
        """Raises what the only device raises; one of several is no longer watched."""
        is_one = isinstance(self._team, Device)
        return nullcontext() if is_one else suppress(DeviceError)


def _list_devices(team: Device | Lanes) -> dict[str, Device]:
    return team.members if isinstance(team, Lanes) else {"": team}


def _add(known: Health | None, name: str, found: Health) -> Health:
    """What is known, with the health of one more device."""
    checks = tuple(
        replace(check, detail=f"{name}: {check.detail}")
        if name and check.state == "failed"
        else check
        for check in found.checks
    )
    if known is None:
        return replace(found, checks=checks)
    failed = (check for check in checks if check.state == "failed")
    return replace(known, checks=(*known.checks, *failed))


def check_examinable(subject: Subject, choice: DeviceChoice) -> None:
    """Do nothing if a device of this choice can be examined.

    Raises:
        ProjectError: If it speaks text.
    """
    dialect = choice.dialect or subject.dialect
    if dialect != "packets":
        raise ProjectError(
            f"--health: expected firmware that speaks packets, got '{dialect}'",
            hint="tinycnn build --dialect packets, or leave out --health",
        )


def examine_result(
    device: Device,
    subject: Subject,
    choice: DeviceChoice,
    result: ValidationResult,
    observer: Observer,
) -> ValidationResult:
    """The result with all that an examination of its device found.

    Args:
        device: It is restarted in the end; one that cannot restart itself is closed,
            to be opened again.
        subject: The model.
        choice: The device.
        result: Of a validation on it.
        observer: Told how the work proceeds.

    Raises:
        DeviceError: If the device fails before it is restarted.
    """
    observer.stage("health", is_current=False)
    images = np.ascontiguousarray(subject.inputs[result.indices])
    micros = int(result.micros.max(initial=0))
    sample = Sample(result.indices, images, result.outputs, micros)
    found = examine(device, sample, lambda n, of: observer.progress("health", n, of))
    found += (_restart(device, subject, choice, sample),)
    known = result.health or Health()
    return replace(
        result, health=replace(known, checks=known.checks + found, is_examined=True)
    )


def _restart(
    device: Device, subject: Subject, choice: DeviceChoice, sample: Sample
) -> HealthCheck:
    before = device.status()
    try:
        if choice.port is not None and device.restart():
            return examine_restarted(device, sample, before)
        device.close()
        with open_device(subject, choice) as again:
            return examine_restarted(again, sample, before)
    except DeviceError as error:
        return HealthCheck("after a restart", "failed", str(error))

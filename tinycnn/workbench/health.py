"""The health of a device on the bench, beside the verdict on its outputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinycnn.device import Device
from tinycnn.errors import DeviceError
from tinycnn.harness import (
    Health,
    HealthCheck,
    Sample,
    ValidationResult,
    examine,
    examine_restarted,
    judge_health,
)
from tinycnn.workbench.observer import Observer
from tinycnn.workbench.subject import DeviceChoice, Subject, open_device

__all__ = ["HealthWatch", "examine_result"]


class HealthWatch:
    """What a device says of itself before and after a run.

    Args:
        device: Before its first image.

    Raises:
        DeviceError: If it fails.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._before = device.status() if device.tells_status else None

    def judge(self, subject: Subject, result: ValidationResult) -> ValidationResult:
        """The result of the run, with the health of the device after it.

        Raises:
            DeviceError: If the device fails.
        """
        if self._before is None:
            return result
        after = self._device.status()
        health = judge_health(self._before, after, subject.limits)
        return replace(result, health=health)


def examine_result(
    device: Device,
    subject: Subject,
    choice: DeviceChoice,
    result: ValidationResult,
    observer: Observer,
) -> ValidationResult:
    """The result with all that an examination of its device found.

    Args:
        device: It is closed in the end, to be opened again.
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
    device.close()
    try:
        with open_device(subject, choice) as again:
            return examine_restarted(again, sample, before)
    except DeviceError as error:
        return HealthCheck("after a restart", "failed", str(error))

"""Bisection on the bench: debug firmware is built, opened and asked for one image."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from tinycnn.device import Device
from tinycnn.errors import ProjectError
from tinycnn.files import scratch_folder
from tinycnn.harness import check_identity
from tinycnn.harness.reasons import (
    Bisection,
    bisect,
    trace_compilation,
    trace_interpreter,
)
from tinycnn.reference import run_isolated
from tinycnn.workbench.observer import Observer
from tinycnn.workbench.subject import DeviceChoice, Subject, open_device

__all__ = ["bisect_image"]


def bisect_image(
    subject: Subject,
    choice: DeviceChoice,
    index: int,
    observer: Observer,
    device: Device,
) -> Bisection:
    """The first operator at which a device leaves the reference, for one image.

    A board on a port carries its debug firmware already; others get one.

    Args:
        subject: The model.
        choice: The device.
        index: Of the image among the subject's inputs.
        observer: Told how the work proceeds.
        device: That of the choice, still open.

    Raises:
        ProjectError: If the subject's firmware cannot be made again.
        ToolchainError: If debug firmware cannot be built.
        DeviceError: If the device fails, or its firmware is not traced.
    """
    workshop = subject.workshop
    if workshop is None:
        raise ProjectError(
            "--bisect: this model's firmware cannot be made again here",
            hint="give the project, or the .tflite file",
        )
    if choice.port is not None and not device.tells_status:
        return _tell_text(index, is_ours=device.info().foreign is None)
    observer.stage("bisect", is_current=False)
    is_tflm = workshop.is_tflm(choice.kind, choice.port)
    row = np.ascontiguousarray(subject.inputs[index]).reshape(-1).view(np.int8)
    run = partial(run_isolated, reference=workshop.numerics)

    compilation = workshop.compile()
    if is_tflm:
        model = trace_interpreter(workshop.content, row, run)
    else:
        model = trace_compilation(compilation, workshop.content, row, run)

    def ask(traced: Device) -> Bisection:
        return bisect(traced, model, (index, row))

    if choice.port is not None:
        return ask(device)
    with scratch_folder() as folder:
        build = partial(workshop.build, compilation, folder=folder, traced=True)
        served = replace(subject, program=build, dialect="packets")
        with open_device(served, replace(choice, dialect=None)) as traced:
            check_identity(traced.name, subject.identity(choice), traced.info())
            return ask(traced)


def _tell_text(index: int, *, is_ours: bool) -> Bisection:
    """What can be said of firmware that tells its outputs alone."""
    hint = "see its causes above; tinycnn's debug firmware of this model, flashed on "
    hint += "the same board, tells whether the board computes right"
    if is_ours:
        hint = "build the project with --trace --dialect packets, flash that, and "
        hint += "validate --bisect --dialect packets"
    return Bisection(
        image=index,
        verdict="not possible: firmware that speaks text tells its outputs only",
        hint=hint,
        checked=0,
    )

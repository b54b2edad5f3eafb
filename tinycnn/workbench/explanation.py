"""What each differing output on the bench is explained by: references, and kernels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tinycnn.device import Device, Inference
from tinycnn.files import scratch_folder
from tinycnn.harness import Identity, ValidationResult
from tinycnn.harness.reasons import Reasons, Variant, explain_differences, forgive
from tinycnn.workbench.diagnosis import gather, name_numerics, runner_of
from tinycnn.workbench.observer import Observer
from tinycnn.workbench.subject import DeviceChoice, Subject, open_device

__all__ = ["explain_result"]

# Multiply-accumulates of all differing images that are explained; at least so many are.
_MOST_MACS, _LEAST = 10_000_000_000, 100


def explain_result(
    subject: Subject,
    choice: DeviceChoice,
    identity: Identity,
    result: ValidationResult,
    expected: NDArray[np.int8],
    observer: Observer,
    *,
    is_thorough: bool,
    is_strict: bool,
) -> Reasons | None:
    """What the differences of `result` are explained by.

    Args:
        subject: The model.
        choice: The device.
        identity: What it should be.
        result: Of the validation.
        expected: The reference's outputs for its images, one row each.
        observer: Told how the work proceeds.
        is_thorough: Whether to build programs with other kernels, too.
        is_strict: Whether no difference is forgiven.

    Returns:
        None if nothing differs, or if the reference cannot be asked again.
    """
    if result.equal or subject.model is None or result.device.foreign is not None:
        return None
    numerics = name_numerics(identity)
    given = gather(subject.model, numerics, subject.inputs, result, expected)
    run, most = runner_of(subject, given), _count_affordable(subject)
    with _variants(subject, choice, observer, is_thorough=is_thorough) as variants:
        found = explain_differences(given, run, variants, most=most)
    if found is None or is_strict:
        return found
    return forgive(found, result.device.generator)


def _count_affordable(subject: Subject) -> int:
    """Images that references and programs are asked for in minutes, not in hours."""
    return max(_LEAST, _MOST_MACS // max(subject.analysis.macs, 1))


@contextmanager
def _variants(
    subject: Subject, choice: DeviceChoice, observer: Observer, *, is_thorough: bool
) -> Iterator[list[Variant]]:
    """Programs of other kernels, or on another machine than the device."""
    workshop = subject.workshop
    if workshop is None or not is_thorough:
        yield []
        return
    observer.stage("explain", is_current=False)
    found = []
    with ExitStack() as stack:
        for is_portable, kind, name in (
            (False, "host", "the firmware's kernels as C on this computer"),
            (True, "host", "portable kernels on this computer"),
            (False, "sim", "the firmware's kernels on the simulated board"),
        ):
            is_itself = choice.port is None and choice.kind == kind
            if (is_itself and not is_portable) or (kind == "sim" and not choice.port):
                continue
            folder = stack.enter_context(scratch_folder())
            compilation = workshop.compile(is_portable=is_portable)
            build = partial(workshop.build, compilation, folder=folder)
            served = replace(subject, program=build, dialect="packets")
            other = DeviceChoice(kind="sim" if kind == "sim" else "host")
            device = stack.enter_context(open_device(served, other))
            found.append(Variant(name, partial(_run, device)))
        yield found


def _run(device: Device, rows: NDArray[np.int8]) -> NDArray[np.int8]:
    answers = device.infer_many(enumerate(rows))
    return np.stack([answer.output for _, answer in sorted(answers, key=_number)])


def _number(answer: tuple[int, Inference]) -> int:
    return answer[0]

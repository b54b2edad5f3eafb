"""Why a device on the bench differs: its answers against replays of mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Numerics, read_tflite
from tinycnn.device import Device
from tinycnn.harness import (
    Diagnosis,
    Identity,
    ValidationResult,
    diagnose,
    repeat_images,
)
from tinycnn.harness.mistakes import Given
from tinycnn.harness.replay import Run
from tinycnn.reference import run_isolated
from tinycnn.workbench.subject import Subject
from tinycnn.workbench.tensors import describe_tensor

__all__ = ["diagnose_result", "gather", "name_numerics", "runner_of"]

_MOST_OTHERS = 4
_MOST_OTHER_BYTES = 1 << 22


def diagnose_result(
    device: Device | None,
    subject: Subject,
    identity: Identity,
    result: ValidationResult,
) -> Diagnosis | None:
    """What explains the differences of `result`.

    Args:
        device: Still open; some images are sent again. None if it is gone.
        subject: The model; files beside its own may be what the device carries.
        identity: What the device said of itself.
        result: Of the validation.

    Returns:
        None if nothing differs, or if the reference cannot be asked again.
    """
    if result.equal or subject.model is None:
        return None
    given = gather(subject.model, name_numerics(identity), subject.inputs, result)
    found = diagnose(given, runner_of(subject, given))
    if found is None or found.explanations or device is None:
        return found
    state = repeat_images(device, given)
    return replace(found, explanations=(state,)) if state else found


def name_numerics(identity: Identity) -> Numerics:
    """The reference that a device was compared with."""
    return "tflm" if identity.numerics == "tflm" else "litert"


def runner_of(subject: Subject, given: Given) -> Run:
    """What runs models on references: the subject's own, others isolated."""
    own = subject.reference()

    def run(content: bytes, reference: str, rows: NDArray[np.int8]) -> NDArray[np.int8]:
        if (content, reference) == (given.model, given.numerics):
            return own.run(rows)
        return run_isolated(content, rows, reference=reference)

    return run


def gather(
    model: Path,
    numerics: Numerics,
    inputs: NDArray[np.int8],
    result: ValidationResult,
    expected: NDArray[np.int8] | None = None,
) -> Given:
    """The images of a result of which all is known.

    Args:
        model: The `.tflite` file.
        numerics: The reference.
        inputs: All that the subject has.
        result: Of the validation.
        expected: One row an image of the result; without, all is known until the last
            difference that the result lists.
    """
    if expected is None:
        expected = _list_expected(result)
    count = len(expected)
    got, sent = result.outputs[:count], inputs[result.indices[:count]]
    content = model.read_bytes()
    graph = read_tflite(content)  # what the device says of itself may be the mistake
    fed, answered = (
        [describe_tensor(graph.tensors[i]) for i in ids]
        for ids in (graph.inputs, graph.outputs)
    )
    return Given(
        model=content,
        numerics=numerics,
        inputs=np.ascontiguousarray(sent).reshape(count, -1).view(np.int8),
        expected=expected,
        got=got,
        input=fed[0] if len(fed) == 1 else None,
        output=answered[0],
        others=_find_others(model),
    )


def _list_expected(result: ValidationResult) -> NDArray[np.int8]:
    """What the reference answered, as far as the result itself tells."""
    row_of = {index: row for row, index in enumerate(result.indices.tolist())}
    count = result.images
    if result.different > len(result.differences):
        count = row_of[result.differences[-1].index] + 1
    expected = result.outputs[:count].copy()
    for difference in result.differences:
        expected[row_of[difference.index]] = difference.expected
    return expected


def _find_others(model: Path) -> Mapping[str, bytes]:
    """Models beside `model`, the newest first."""
    beside = (p for p in model.resolve().parent.glob("*.tflite") if p.is_file())
    sizes = {p: p.stat() for p in beside if not p.samefile(model)}
    small = [p for p in sizes if sizes[p].st_size <= _MOST_OTHER_BYTES]
    newest = sorted(small, key=lambda p: (-sizes[p].st_mtime, p.name))
    return {p.name: p.read_bytes() for p in newest[:_MOST_OTHERS]}

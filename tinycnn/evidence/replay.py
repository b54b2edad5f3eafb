"""A verdict without the device: what it answered then, against the reference today.

The code that judges is the one that judges live devices. An archive whose own verdict
is another is refused: somebody changed it, or the reference is not the one it names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.device import Counters, DeviceInfo, Inference
from tinycnn.errors import DeviceError
from tinycnn.evidence.agreement import find_contradiction
from tinycnn.evidence.archive import refuse
from tinycnn.evidence.record import Evidence, hash_rows, split_reference
from tinycnn.files import scratch_folder
from tinycnn.harness import (
    Decision,
    Identity,
    ValidationResult,
    judge_again,
    result_to_json,
    validate,
)
from tinycnn.harness.mistakes import Given
from tinycnn.harness.reasons import Reasons, explain_differences, forgive
from tinycnn.harness.tally import recount
from tinycnn.reference import load_isolated_reference, run_in_batches, run_isolated

__all__ = ["replay_evidence"]

Rows = NDArray[np.int8]

_MOST_IMAGES = 1 << 26  # of a data set; more is no data set, but an attack


class _Recorded:
    """Answers as a device did."""

    def __init__(self, result: ValidationResult) -> None:
        self._result = result

    @property
    def name(self) -> str:
        """As it was called then."""
        return self._result.device_name

    @property
    def counters(self) -> Counters:
        """Of the link then."""
        return self._result.counters

    def info(self) -> DeviceInfo:
        """What it said of itself then."""
        return self._result.device

    def infer_many(
        self, images: Iterable[tuple[int, Rows]]
    ) -> Iterator[tuple[int, Inference]]:
        """What it answered, whatever the images are."""
        found = self._result
        for row, _ in images:
            times = int(found.cycles[row]), int(found.micros[row])
            yield row, Inference(row, found.outputs[row], *times)


def replay_evidence(
    path: Path,
    evidence: Evidence,
    *,
    inputs: Rows | None = None,
    is_strict: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> ValidationResult:
    """Judge again what `read_evidence` found at `path`.

    Args:
        path: For messages.
        evidence: What it holds.
        inputs: All images of the data set, a row each, where the archive has none.
        is_strict: Whether to forgive no difference, though the run did.
        on_progress: Called with images done and images to do.

    Raises:
        TinycnnError: If the reference is not the one that judged then, if the inputs
            are missing or others, or if the verdict is not the archive's.
    """
    told = evidence.result
    rows = _find_inputs(path, evidence, inputs)
    expected: list[Rows] = []
    with scratch_folder() as folder:
        model = folder / "model.tflite"
        model.write_bytes(evidence.model)
        reference = load_isolated_reference(model, evidence.numerics)
        _check_reference(path, told.reference, str(reference.identity))
        try:
            found = validate(
                _Recorded(told),
                rows,
                _keeping(run_in_batches(reference.run, rows), expected),
                identity=Identity(told.model_sha256, evidence.numerics),
                reference=told.reference,
                labels=evidence.labels,
                on_progress=on_progress,
            )
        except DeviceError as error:  # it says of itself that it is another
            raise refuse(path, f"results.json: {error}") from error
    judged = replace(
        told,
        different=found.different,
        differences=tuple(
            replace(one, index=int(told.indices[one.index]))
            for one in found.differences
        ),
        device_accuracy=found.device_accuracy,
        reference_accuracy=found.reference_accuracy,
        decision=_decide_again(path, told, np.concatenate(expected)),
        reasons=_forgive_again(evidence, rows, np.concatenate(expected)),
        health=told.health and judge_again(told.health),
    )
    _check_verdict(path, told, judged)
    if is_strict and judged.reasons is not None:
        return replace(judged, reasons=replace(judged.reasons, forgives=False))
    return judged


def _find_inputs(path: Path, evidence: Evidence, given: Rows | None) -> Rows:
    """What the device was given: as the archive has it, or else as it was `given`."""
    rows, indices = evidence.inputs, evidence.result.indices
    if rows is None:
        if given is None:
            text = "inputs.npy: left out of the archive, as they were too many"
            hint = "name the project, or the model and its --inputs, too"
            raise refuse(path, text, hint=hint)
        rows = given[indices] if len(given) > indices.max() else given[:0]
        if hash_rows(rows) != evidence.inputs_sha256:
            text = "inputs.npy: left out, and those that were given are others"
            raise refuse(path, text, hint="give those that the device was given")
    size = evidence.result.device.input_bytes
    if rows.shape[1] != size:
        text = f"expected {size:,} bytes a row, got {rows.shape[1]:,}"
        raise refuse(path, f"inputs.npy: {text}")
    return rows


def _check_reference(path: Path, expected: str, got: str) -> None:
    if expected != got:
        package, version = split_reference(expected)
        raise refuse(
            path,
            f"results.json: expected the reference {expected}, got {got}",
            hint=f"pip install {package}=={version}",
        )


def _keeping(batches: Iterable[Rows], kept: list[Rows]) -> Iterator[Rows]:
    for batch in batches:
        kept.append(batch)
        yield batch


def _decide_again(
    path: Path, told: ValidationResult, expected: Rows
) -> Decision | None:
    """What follows of the agreement, if it was asked."""
    if told.decision is None:
        return None
    total, most = told.decision.total, min(told.total or 0, _MOST_IMAGES)
    if not told.indices.max() < total <= most:
        text = f"results.json: expected a decision on {most:,} images, got {total:,}"
        raise refuse(path, text)
    is_equal = (told.outputs == expected).all(axis=1)
    return recount(told.decision, told.indices, is_equal, seed=told.seed or 0)


def _forgive_again(evidence: Evidence, rows: Rows, expected: Rows) -> Reasons | None:
    """Why it differs; it is looked for again where that is why the run has passed."""
    told = evidence.result
    if told.reasons is None or not told.reasons.forgives:
        return told.reasons

    def run(content: bytes, reference: str, asked: Rows) -> Rows:
        return run_isolated(content, asked, reference=reference)

    given = Given(
        model=evidence.model,
        numerics=evidence.numerics,
        inputs=rows,
        expected=expected,
        got=told.outputs,
        input=None,
        output=told.device.outputs[0],
    )
    found = explain_differences(given, run)
    return found and forgive(found, told.device.generator)


def _check_verdict(path: Path, told: ValidationResult, found: ValidationResult) -> None:
    """Refuse an archive that says other things than what follows from it."""
    said, follows = (json.loads(result_to_json(result)) for result in (told, found))
    if text := find_contradiction(said, follows, ("verdict", *follows)):
        hint = "outputs, inputs or results were changed: get the archive again"
        raise refuse(path, f"results.json: {text}", hint=hint)

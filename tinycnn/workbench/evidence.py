"""What a validation on the bench leaves as evidence."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import numpy as np

from tinycnn.errors import TinycnnError
from tinycnn.evidence import Evidence, Firmware, hash_rows, name_firmware
from tinycnn.harness import ValidationResult
from tinycnn.workbench.subject import DeviceChoice, Subject

__all__ = ["MOST_INPUT_BYTES", "gather_evidence"]

MOST_INPUT_BYTES = 1 << 28
"""Of more inputs only the digest goes into an archive."""


def gather_evidence(
    subject: Subject, choice: DeviceChoice, result: ValidationResult
) -> Evidence:
    """All that it takes to judge `result` again.

    Raises:
        TinycnnError: If the model's file is not the one that was validated any more.
    """
    if subject.model is None:
        raise TinycnnError("evidence: expected a .tflite file, got none")
    model = subject.model.read_bytes()
    if hashlib.sha256(model).hexdigest() != result.model_sha256:
        text = f"{subject.model}: is not the model that was validated any more"
        raise TinycnnError(text, hint="validate it again")
    rows = np.ascontiguousarray(subject.inputs[result.indices])
    rows = rows.reshape(len(rows), -1).view(np.int8)
    labels = subject.labels
    return Evidence(
        name=subject.name,
        numerics=subject.numerics,
        result=result,
        model=model,
        inputs=rows if rows.nbytes <= MOST_INPUT_BYTES else None,
        inputs_sha256=hash_rows(rows),
        labels=None if labels is None else labels[result.indices],
        firmware=_find_firmware(subject, choice, result),
        dataset_sha256=subject.dataset_sha256,
    )


def _find_firmware(
    subject: Subject, choice: DeviceChoice, result: ValidationResult
) -> Firmware | None:
    """What was started here, or what was built for the board that was asked."""
    if result.device.foreign is not None:
        return None
    if choice.port is None:
        return _read(subject.program(choice.kind), "run")
    image = subject.board_image
    return None if image is None else _read(image, "built")


def _read(path: Path, how: Literal["run", "built"]) -> Firmware:
    return Firmware(name_firmware(path.suffix), path.read_bytes(), how)

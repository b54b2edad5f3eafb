"""What a network is worth before and after quantization, on images it has not seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import read_tflite
from tinycnn.datasets import Dataset, Split
from tinycnn.imports.inspecting import Original
from tinycnn.pipeline import Workspace
from tinycnn.pipeline.subject import model_inputs, model_scores
from tinycnn.reference import load_reference
from tinycnn.scaling import SCALINGS, UNIT, Scaling, name_scaling
from tinycnn.tasks import accuracy_of, answers_of, credits_of, task_of

__all__ = ["Worth", "find_pixels", "measure_original", "measure_worth"]

_TRIED = 256  # images by which it is found what pixels a network expects
_MOST = 3  # mistakes that are told


@dataclass(frozen=True, slots=True)
class Worth:
    """The accuracy of a network on test images.

    Attributes:
        images: How many there are.
        before: Of the original in real numbers; None if it cannot be run.
        after: Of its int8 model.
        lost: Images that only the original answers right.
        won: Images that only int8 answers right.
        changes: The most frequent pairs of other answers, as "8 -> 3 (4)".
    """

    images: int
    before: float | None
    after: float
    lost: int = 0
    won: int = 0
    changes: tuple[str, ...] = ()


def find_pixels(
    original: Original, dataset: Dataset | None, asked: Scaling | None
) -> tuple[Scaling, tuple[str, ...]]:
    """What a network expects of a pixel, and a line that says how that is known.

    As the user says, as the file says, as it answers best, or 0 to 1.
    """
    if asked is not None:
        return asked, (f"pixels: {name_scaling(asked)}, as you say",)
    if original.pixels is not None:
        why = original.why or "as the file says"
        return original.pixels, (f"pixels: {name_scaling(original.pixels)}, {why}",)
    if dataset is None or original.run is None:
        line = "pixels: 0..1, as nothing says otherwise; --pixels does"
        return UNIT, (line,)
    split = dataset.train
    some = Split(split.images[:_TRIED], split.labels[:_TRIED])
    found: dict[str, float] = {}
    for name, scaling in SCALINGS.items():
        if len(scaling.mean) in (1, original.image_shape[2]):
            scores = measure_original(original, some, scaling)
            found[name] = accuracy_of(scores, some.labels) if scores is not None else 0
    best = max(found, key=lambda name: found[name])
    others = ", ".join(f"{n} {v:.0%}" for n, v in found.items() if n != best)
    line = f"pixels: {best}, by which it is best: {found[best]:.0%} right ({others})"
    return SCALINGS[best], (line,)


def measure_original(
    original: Original, split: Split, pixels: Scaling
) -> NDArray[np.float64] | None:
    """The original's real outputs for images, a row each; None if it cannot be run."""
    if original.run is None:
        return None
    shares = split.images.astype(np.float64) / 255
    real = (shares - np.asarray(pixels.mean)) / np.asarray(pixels.deviation)
    outputs = original.run(real.astype(np.float32))
    return np.asarray(outputs, np.float64).reshape(len(split), -1)


def measure_worth(before: NDArray[np.float64] | None, workspace: Workspace) -> Worth:
    """What a converted project answers, beside the original's outputs `before`."""
    project, test = workspace.project, workspace.dataset.test
    model = workspace.build.model
    graph = read_tflite(model.read_bytes())
    image, output = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    inputs = model_inputs(image, test.images, project.model.input_scaling)
    reference = load_reference(model, project.target.numerics)
    scores = model_scores(output, reference.run(inputs))
    after = accuracy_of(scores, test.labels)
    if before is None:
        return Worth(len(test), None, after)
    accuracy, task = accuracy_of(before, test.labels), task_of(test.labels, output.size)
    if task == "regression":
        return Worth(len(test), accuracy, after)
    right, right_now = (
        credits_of(found, test.labels) > 0 for found in (before, scores)
    )
    changes: Counter[str] = Counter()
    if test.labels.ndim == 1:
        names, label_pairs = (
            workspace.dataset.class_names,
            zip(answers_of(task, before), answers_of(task, scores), strict=True),
        )
        changes.update(f"{names[a]} -> {names[b]}" for a, b in label_pairs if a != b)
    return Worth(
        len(test),
        accuracy,
        after,
        int(np.sum(right & ~right_now)),
        int(np.sum(right_now & ~right)),
        tuple(f"{change} ({n})" for change, n in changes.most_common(_MOST)),
    )

"""Any of several labels, an output a label: those above the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.tasks.kind import THRESHOLD, Answer, Ends, RatingTable, TaskKind
from tinycnn.tasks.ratings import all_right, rate_labels

__all__ = ["MULTI_LABEL"]


def _answers(scores: NDArray[Any]) -> NDArray[np.int64]:
    return (scores > THRESHOLD).astype(np.int64)


def _describe(names: Sequence[str], scores: Sequence[float], step: float) -> Answer:
    """All labels above the threshold, the surest first; else the nearest to it."""
    del step
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    above = [i for i in range(len(scores)) if scores[i] > THRESHOLD]
    label = " + ".join(names[i] for i in above) or "none"
    told = [f"{names[i]} {scores[i]:.3f}" for i in order if i in above]
    best = order[0]
    nearest = f"none ({names[best]} {scores[best]:.3f})"
    return Answer(label, scores[best], ", ".join(told) or nearest)


def _rate(
    scores: NDArray[Any], labels: NDArray[Any], names: Sequence[str]
) -> RatingTable:
    return rate_labels(scores > THRESHOLD, labels == 1, names)


MULTI_LABEL = TaskKind(
    name="multi-label",
    measure="accuracy",
    is_counted=True,
    loss="sigmoid",
    ends=Ends(
        ("sigmoid",),
        "a sigmoid at the end, as an image has any of several labels",
        "end a model of your own in Dense(classes, activation='sigmoid')",
    ),
    class_scores=lambda scores: scores,
    answers=_answers,
    credits=lambda scores, labels: all_right(_answers(scores), labels),
    margins=lambda scores: np.abs(scores.astype(np.float64) - THRESHOLD).min(axis=1),
    describe=_describe,
    rate=_rate,
    rule=lambda names: (
        "Threshold",
        f"each label above {THRESHOLD}; right if all labels are",
    ),
)

"""One of two classes, one output: the second class above the threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.tasks.categorical import name_best, rate_classes
from tinycnn.tasks.kind import THRESHOLD, Ends, TaskKind
from tinycnn.tasks.ratings import all_right

__all__ = ["BINARY"]


def _answers(scores: NDArray[Any]) -> NDArray[np.int64]:
    """Of one output, or of the scores of both classes.

    >>> _answers(np.array([[0.5], [0.51]]))
    array([0, 1])
    """
    return (scores[:, -1] > THRESHOLD).astype(np.int64)


BINARY = TaskKind(
    name="binary",
    measure="accuracy",
    is_counted=True,
    loss="sigmoid",
    ends=Ends(
        ("sigmoid",),
        "a sigmoid at the end, as there is one output for two classes",
        "end in Dense(1, activation='sigmoid') or Dense(2, activation='softmax')",
    ),
    class_scores=lambda scores: np.hstack([1.0 - scores, scores]),
    answers=_answers,
    credits=lambda scores, labels: all_right(_answers(scores), labels),
    margins=lambda scores: np.abs(scores.astype(np.float64) - THRESHOLD).min(axis=1),
    describe=name_best,
    rate=lambda scores, labels, names: rate_classes(_answers(scores), labels, names),
    rule=lambda names: (
        "Threshold",
        f"'{names[1]}' above {THRESHOLD}, else '{names[0]}'",
    ),
)

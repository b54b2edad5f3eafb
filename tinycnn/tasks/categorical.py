"""One class an image, an output a class: the highest is the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.tasks.kind import Answer, Ends, RatingTable, TaskKind
from tinycnn.tasks.ratings import all_right, rate_labels

__all__ = ["CATEGORICAL", "name_best", "rate_classes"]


def _answers(scores: NDArray[Any]) -> NDArray[np.int64]:
    return np.asarray(scores.argmax(axis=1), np.int64)


def _margins(scores: NDArray[Any]) -> NDArray[np.float64] | None:
    """The distance between the best and the second."""
    if scores.shape[1] == 1:
        return None
    best = np.sort(scores.astype(np.float64), axis=1)[:, -2:]
    return np.asarray(best[:, 1] - best[:, 0])


def name_best(names: Sequence[str], scores: Sequence[float], step: float) -> Answer:
    """The class of the highest score."""
    del step
    best = max(range(len(scores)), key=lambda i: scores[i])
    return Answer(names[best], scores[best], f"{names[best]} {scores[best]:.3f}")


def rate_classes(
    answers: NDArray[Any], labels: NDArray[Any], names: Sequence[str]
) -> RatingTable:
    """The table of labels that are one class an image each."""
    classes = np.arange(len(names))
    return rate_labels(answers[:, None] == classes, labels[:, None] == classes, names)


CATEGORICAL = TaskKind(
    name="categorical",
    measure="accuracy",
    is_counted=True,
    loss="softmax",
    ends=Ends(
        ("softmax", "log_softmax", "linear"),
        "softmax or no activation at the end, as an image has one class",
        "end in Dense(classes, activation='softmax'); labels of several classes an "
        "image are an array of 0 and 1 of shape (images, classes)",
    ),
    class_scores=lambda scores: scores,
    answers=_answers,
    credits=lambda scores, labels: all_right(_answers(scores), labels),
    margins=_margins,
    describe=name_best,
    rate=lambda scores, labels, names: rate_classes(_answers(scores), labels, names),
    rule=lambda names: None,
)

"""What a network is asked, and how well it answers.

Labels and the number of outputs tell the task:

    categorical   one class an image, an output a class: the highest is the answer
    binary        one of two classes, one output: the second class above the threshold
    multi-label   any of several labels, an output a label: those above the threshold
    regression    real numbers, an output each

Of the first three an image is answered right or wrong, of several labels only all of
them right; the measure is the share of right ones. Of real numbers it is R², the share
of their variance that is explained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "THRESHOLD",
    "Sensitivity",
    "Task",
    "accuracy_of",
    "answers_of",
    "class_scores",
]
__all__ += ["credits_of", "measure_of", "task_of", "variance_of"]

Task = Literal["categorical", "binary", "multi-label", "regression"]
THRESHOLD = 0.5  # of a sigmoid


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How well a network answers with one layer quantized, the others not.

    Attributes:
        layer: What is quantized: a layer's name, "nothing" or "all".
        parameters: How many weights it has.
        loss: Mean cross-entropy.
        accuracy: Share of images that are classified correctly.
    """

    layer: str
    parameters: int
    loss: float
    accuracy: float


def task_of(labels: NDArray[Any], outputs: int) -> Task:
    """The task of a network with so many outputs.

    >>> task_of(np.array([0, 1, 2]), 3), task_of(np.array([0, 1, 1]), 1)
    ('categorical', 'binary')
    >>> task_of(np.array([[0, 1, 1], [0, 0, 0]]), 3), task_of(np.array([[0.1]]), 1)
    ('multi-label', 'regression')
    """
    if labels.ndim == 2:
        return "regression" if labels.dtype.kind == "f" else "multi-label"
    return "binary" if outputs == 1 else "categorical"


def measure_of(labels: NDArray[Any]) -> str:
    """What `accuracy_of` gives of them, in a word."""
    return "R²" if labels.dtype.kind == "f" else "accuracy"


def answers_of(task: Task, scores: NDArray[Any]) -> NDArray[Any]:
    """The answer for each row of real-valued `scores`, comparable with a label.

    >>> answers_of("binary", np.array([[0.5], [0.51]]))
    array([0, 1])
    """
    if task == "categorical":
        return np.asarray(scores.argmax(axis=1), np.int64)
    if task == "regression":
        return scores
    above = (scores > THRESHOLD).astype(np.int64)
    return above[:, 0] if task == "binary" else above


def class_scores(task: Task, scores: NDArray[Any]) -> NDArray[Any]:
    """A score for each class: of two that one output tells apart, both.

    >>> class_scores("binary", np.array([[0.25]]))
    array([[0.75, 0.25]])
    """
    return np.hstack([1.0 - scores, scores]) if task == "binary" else scores


def credits_of(scores: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.float64]:
    """What each row of `scores` earns, so that the mean is the measure."""
    task = task_of(labels, scores.shape[1])
    answers = answers_of(task, scores)
    if task == "regression":
        errors = np.square(answers - labels, dtype=np.float64).sum(axis=1)
        return np.asarray(1.0 - errors / variance_of(labels))
    hits = (answers == labels).reshape(len(labels), -1)
    return np.asarray(hits.all(axis=1), np.float64)


def accuracy_of(scores: NDArray[Any], labels: NDArray[Any]) -> float:
    """How well all rows of `scores` answer their labels, 1 at best."""
    return float(credits_of(scores, labels).mean())


def variance_of(labels: NDArray[Any]) -> float:
    """The variance of real-valued labels, of all columns together; never zero."""
    return float(labels.var(axis=0, dtype=np.float64).sum()) or 1.0

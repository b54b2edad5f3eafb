"""What a network is asked, and how often its answer is right.

Labels and the number of outputs tell the task:

    categorical   one class an image, an output a class: the highest is the answer
    binary        one of two classes, one output: the second class above the threshold
    multi-label   any of several labels, an output a label: those above the threshold
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["THRESHOLD", "Task", "accuracy_of", "answers_of", "class_scores"]
__all__ += ["is_right", "task_of"]

Task = Literal["categorical", "binary", "multi-label"]
THRESHOLD = 0.5  # of a sigmoid


def task_of(labels: NDArray[Any], outputs: int) -> Task:
    """The task of a network with so many outputs.

    >>> task_of(np.array([0, 1, 2]), 3), task_of(np.array([0, 1, 1]), 1)
    ('categorical', 'binary')
    >>> task_of(np.array([[0, 1, 1], [0, 0, 0]]), 3)
    'multi-label'
    """
    if labels.ndim == 2:
        return "multi-label"
    return "binary" if outputs == 1 else "categorical"


def answers_of(task: Task, scores: NDArray[Any]) -> NDArray[np.int64]:
    """The answer for each row of real-valued `scores`, comparable with a label.

    >>> answers_of("binary", np.array([[0.5], [0.51]]))
    array([0, 1])
    """
    if task == "categorical":
        return np.asarray(scores.argmax(axis=1), np.int64)
    above = (scores > THRESHOLD).astype(np.int64)
    return above[:, 0] if task == "binary" else above


def class_scores(task: Task, scores: NDArray[Any]) -> NDArray[Any]:
    """A score for each class: of two that one output tells apart, both.

    >>> class_scores("binary", np.array([[0.25]]))
    array([[0.75, 0.25]])
    """
    return np.hstack([1.0 - scores, scores]) if task == "binary" else scores


def is_right(scores: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each row of `scores` answers its label; of several, all of them."""
    answers = answers_of(task_of(labels, scores.shape[1]), scores)
    hits = (answers == labels).reshape(len(labels), -1)
    return np.asarray(hits.all(axis=1))


def accuracy_of(scores: NDArray[Any], labels: NDArray[Any]) -> float:
    """The share of images that are answered right."""
    return float(is_right(scores, labels).mean())

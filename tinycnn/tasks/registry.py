"""The list of tasks, and what is asked of one by its labels and scores."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.tasks.binary import BINARY
from tinycnn.tasks.categorical import CATEGORICAL
from tinycnn.tasks.kind import Task, TaskKind
from tinycnn.tasks.multi_label import MULTI_LABEL
from tinycnn.tasks.regression import REGRESSION
from tinycnn.tasks.segmentation import SEGMENTATION

__all__ = ["TASKS", "accuracy_of", "answers_of", "class_scores", "credits_of"]
__all__ += ["measure_of", "rows_of", "task_of"]

TASKS: dict[Task, TaskKind] = {
    kind.name: kind
    for kind in (CATEGORICAL, BINARY, MULTI_LABEL, REGRESSION, SEGMENTATION)
}


def task_of(labels: NDArray[Any], outputs: int) -> Task:
    """The task of a network with so many outputs.

    >>> task_of(np.array([0, 1, 2]), 3), task_of(np.array([0, 1, 1]), 1)
    ('categorical', 'binary')
    >>> task_of(np.array([[0, 1, 1], [0, 0, 0]]), 3), task_of(np.array([[0.1]]), 1)
    ('multi-label', 'regression')
    """
    if labels.ndim == 3:
        return "segmentation"
    if labels.ndim == 2:
        return "regression" if labels.dtype.kind == "f" else "multi-label"
    return "binary" if outputs == 1 else "categorical"


def rows_of(task: Task, scores: NDArray[Any]) -> NDArray[Any]:
    """A row of scores for each image, unless the task is asked of a grid's cells."""
    return scores if task == "segmentation" else scores.reshape(len(scores), -1)


def measure_of(labels: NDArray[Any]) -> str:
    """What `accuracy_of` gives of them, in a word."""
    return TASKS[task_of(labels, 0)].measure


def answers_of(task: Task, scores: NDArray[Any]) -> NDArray[Any]:
    """The answer for each row of real-valued `scores`, comparable with a label.

    >>> answers_of("binary", np.array([[0.5], [0.51]]))
    array([0, 1])
    """
    return TASKS[task].answers(rows_of(task, scores))


def class_scores(task: Task, scores: NDArray[Any]) -> NDArray[Any]:
    """A score for each class: of two that one output tells apart, both.

    >>> class_scores("binary", np.array([[0.25]]))
    array([[0.75, 0.25]])
    """
    return TASKS[task].class_scores(rows_of(task, scores))


def credits_of(scores: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.float64]:
    """What each row of `scores` earns, so that the mean is the measure."""
    task = task_of(labels, int(np.prod(scores.shape[1:])))
    return TASKS[task].credits(rows_of(task, scores), labels)


def accuracy_of(scores: NDArray[Any], labels: NDArray[Any]) -> float:
    """How well all rows of `scores` answer their labels, 1 at best."""
    return float(credits_of(scores, labels).mean())

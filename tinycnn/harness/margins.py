"""How sure a model is of its answers, and which of them are worth a look."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.tasks import TASKS, Task, rows_of

__all__ = ["least_sure", "margins_of", "surest_mistakes"]


def margins_of(task: Task, scores: NDArray[Any]) -> NDArray[np.float64] | None:
    """How far each row of real-valued `scores` is from another answer.

    Of one class among several that is the distance between the best and the second; of
    one or several sigmoids the smallest to the threshold. Where a score is no number
    the margin is the smallest of all.

    Returns:
        None for a task that has no margins: a real number turns into no other answer.

    >>> margins_of("categorical", np.array([[0.5, 0.25, 0.25]]))
    array([0.25])
    >>> margins_of("multi-label", np.array([[0.0, 0.75]]))
    array([0.25])
    """
    scores = rows_of(task, scores)
    margins = TASKS[task].margins(scores) if scores.shape[1] else None
    if margins is None:
        return None
    return np.where(
        np.isnan(scores).reshape(len(scores), -1).any(axis=1), -1.0, margins
    )


def least_sure(margins: NDArray[np.float64]) -> NDArray[np.int64]:
    """The rows, the least sure first; equal ones stay in order."""
    return np.argsort(margins, kind="stable")


def surest_mistakes(
    answers: NDArray[Any], labels: NDArray[Any], margins: NDArray[np.float64] | None
) -> NDArray[np.int64]:
    """The rows that are answered wrongly, the surest first; in order without margins.

    >>> surest_mistakes(np.array([1, 0, 1]), np.array([0, 0, 0]), np.array([1, 9, 2]))
    array([2, 0])
    """
    wrong = np.flatnonzero((answers != labels).reshape(len(labels), -1).any(axis=1))
    if margins is None:
        return wrong
    return wrong[np.argsort(-margins[wrong], kind="stable")]

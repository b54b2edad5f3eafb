"""Precision and recall: of all that was answered, and of all that is true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.tasks.kind import RatingTable

__all__ = ["all_right", "rate_labels"]

_NOTE = (
    "Precision is the share of answers that are true, recall the share of what is true "
    "that was answered, F1 their harmonic mean; the last row is the mean of those "
    "above."
)


def all_right(answers: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.float64]:
    """1 for each row that is right in all columns, else 0."""
    hits = (answers == labels).reshape(len(labels), -1)
    return np.asarray(hits.all(axis=1), np.float64)


def rate_labels(
    answered: NDArray[np.bool_], true: NDArray[np.bool_], names: Sequence[str]
) -> RatingTable:
    """Precision, recall and F1 of each name.

    Args:
        answered: What a network says is there, shape (N, names).
        true: What is there, likewise.
        names: One a column.

    >>> marks = np.array([[True, False], [True, True]])
    >>> rate_labels(marks, marks[::-1], ("a", "b")).rows[1]
    ('b', (0.0, 0.0, 0.0, 1.0))
    """
    both, said = (answered & true).sum(axis=0), answered.sum(axis=0)
    there = true.sum(axis=0)
    rows = [
        (name, (_share(b, s), _share(b, t), _share(2 * b, s + t), float(t)))
        for name, b, s, t in zip(
            names, both.tolist(), said.tolist(), there.tolist(), strict=True
        )
    ]
    columns = list(zip(*(values for _, values in rows), strict=True))
    means = tuple(map(_mean, columns[:3]))
    total = float(sum(there.tolist()))
    return RatingTable(
        ("precision", "recall", "F1", "true"),
        (*rows, ("mean", (*means, total))),
        _NOTE,
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None

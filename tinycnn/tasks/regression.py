"""Real numbers, an output each: the measure is R², the share of variance explained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.tasks.kind import Answer, Ends, RatingTable, TaskKind

__all__ = ["REGRESSION", "variance_of"]

_NOTE = (
    "Mean absolute error and root of the mean squared error are in the numbers' own "
    "unit; R² is the share of their variance that is explained, 0 for their mean."
)


def variance_of(labels: NDArray[Any]) -> float:
    """The variance of real-valued labels, of all columns together; never zero."""
    return float(labels.var(axis=0, dtype=np.float64).sum()) or 1.0


def _credits(scores: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.float64]:
    errors = np.square(scores - labels, dtype=np.float64).sum(axis=1)
    return np.asarray(1.0 - errors / variance_of(labels))


def _describe(names: Sequence[str], scores: Sequence[float], step: float) -> Answer:
    """Each number with its name, as finely as the output can tell them apart."""
    digits = max(0, int(np.ceil(-np.log10(step)))) if 0 < step < 1 else 0
    told = [
        f"{name} {score:.{digits}f}" if step else f"{name} {score:.4g}"
        for name, score in zip(names, scores, strict=True)
    ]
    label = ", ".join(f"{n} {s:.4g}" for n, s in zip(names, scores, strict=True))
    steps = f" (in steps of {step:.3g})" if step else ""
    return Answer(label, max(scores), ", ".join(told) + steps)


def _rate(
    scores: NDArray[Any], labels: NDArray[Any], names: Sequence[str]
) -> RatingTable:
    """The errors of each number.

    >>> _rate(np.array([[1.0], [4.0]]), np.array([[1.0], [3.0]]), ("age",)).rows
    (('age', (0.5, 0.7071067811865476, 0.5)),)
    """
    errors = scores.astype(np.float64) - labels
    squares = np.square(errors).mean(axis=0)
    rows = []
    for i, name in enumerate(names):
        share = 1.0 - float(squares[i]) / variance_of(labels[:, i : i + 1])
        mean = float(np.abs(errors[:, i]).mean())
        rows.append((name, (mean, float(np.sqrt(squares[i])), share)))
    return RatingTable(("MAE", "RMSE", "R²"), tuple(rows), _NOTE)


REGRESSION = TaskKind(
    name="regression",
    measure="R²",
    is_counted=False,
    loss="squares",
    ends=Ends(
        ("linear",),
        "no activation at the end, as labels are real numbers",
        "end a model of your own in Dense(classes); classes are whole numbers",
    ),
    class_scores=lambda scores: scores,
    answers=lambda scores: scores,
    credits=_credits,
    margins=lambda scores: None,
    describe=_describe,
    rate=_rate,
    rule=lambda names: None,
)

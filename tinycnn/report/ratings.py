"""How well each class, label or number is answered: a table, and scatters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.report.data import Report
from tinycnn.report.text import Name, count, shorten
from tinycnn.tasks import TASKS

__all__ = ["Ratings", "Scatter", "draw_scatters", "list_ratings"]

_MOST_ROWS = 40
_MOST_POINTS, _MOST_SCATTERS = 500, 4
_SIDE = 100.0  # of a scatter


@dataclass(frozen=True, slots=True)
class Ratings:
    """The table, as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Name, tuple[str, ...]], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Scatter:
    """True numbers from left to right, answers from bottom to top; both as far.

    Attributes:
        name: Of the number.
        low: At the lower left corner.
        high: At the upper right corner.
        points: A place an image, in a square of 100.
    """

    name: Name
    low: str
    high: str
    points: tuple[tuple[str, str], ...]


def list_ratings(report: Report) -> Ratings | None:
    """The table of a report's task; None without test images."""
    if not len(report.labels):
        return None
    kind = TASKS[report.task]
    table = kind.rate(report.scores, report.labels, report.class_names)
    rows = [
        (shorten(name), tuple(_write(value) for value in values))
        for name, values in table.rows
    ]
    left_out = len(rows) - _MOST_ROWS
    note = table.note
    if left_out > 0:
        rows = [*rows[: _MOST_ROWS - 1], rows[-1]]
        note += f" {count(left_out)} rows are left out."
    return Ratings(table.columns, tuple(rows), note)


def draw_scatters(report: Report) -> tuple[Scatter, ...]:
    """A picture a number, of the first images; none of other tasks."""
    if report.task != "regression" or not len(report.labels):
        return ()
    true, said = report.labels[:_MOST_POINTS], report.scores[:_MOST_POINTS]
    scatters = []
    for i, name in enumerate(report.class_names[:_MOST_SCATTERS]):
        both = np.stack([true[:, i], said[:, i]]).astype(np.float64)
        low, high = float(both.min()), float(both.max())
        x, y = (both - low) / ((high - low) or 1.0) * _SIDE
        points = tuple(
            (f"{a:.1f}", f"{_SIDE - b:.1f}")
            for a, b in zip(x.tolist(), y.tolist(), strict=True)
        )
        scatters.append(Scatter(shorten(name), f"{low:.4g}", f"{high:.4g}", points))
    return tuple(scatters)


def _write(value: float | None) -> str:
    if value is None:
        return "\u2013"
    return count(int(value)) if value == int(value) and value > 1 else f"{value:.4g}"

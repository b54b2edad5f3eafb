"""A class a cell of a grid, as of each pixel, or of each square of an image.

Class 0 is the background. The measure is the mean of the images' mean IoU: of each
class that is true or answered somewhere in an image, the share of its cells that are
both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.tasks.cells import count_found, find_groups
from tinycnn.tasks.kind import Answer, Ends, RatingTable, TaskKind

__all__ = ["SEGMENTATION", "as_grid", "name_cells"]

_MOST_NAMED = 8
_NOTE = (
    "IoU, precision, recall and F1 are of cells. Cells of a class that touch are an "
    "object; it is found where one of its cells is answered, and an answered one is "
    "right where one of its cells is true: F1 of objects."
)


def as_grid(scores: NDArray[Any], shape: Sequence[int]) -> NDArray[Any]:
    """Rows of scores as (N, rows, columns, classes) if an output has such a shape.

    >>> as_grid(np.zeros((5, 12)), (1, 2, 2, 3)).shape
    (5, 2, 2, 3)
    >>> as_grid(np.zeros((5, 3)), (1, 1, 1, 3)).shape
    (5, 3)
    """
    is_grid = len(shape) == 4 and shape[1] * shape[2] > 1
    return scores.reshape(len(scores), *shape[1:]) if is_grid else scores


def _answers(scores: NDArray[Any]) -> NDArray[np.int64]:
    return np.asarray(scores.argmax(axis=-1), np.int64)


def _credits(scores: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.float64]:
    """The mean IoU of each image."""
    answers = _answers(scores.reshape(*labels.shape, -1))
    classes = np.arange(1 + max(int(answers.max()), int(labels.max())))
    said, true = (grid[..., None] == classes for grid in (answers, labels))
    both = (said & true).sum(axis=(1, 2))
    either = (said | true).sum(axis=(1, 2))
    shares = both / np.maximum(either, 1)
    return np.asarray(shares.sum(axis=1) / (either > 0).sum(axis=1))


def _margins(scores: NDArray[Any]) -> NDArray[np.float64]:
    """Of the cell that is nearest to another answer."""
    best = np.sort(scores.astype(np.float64), axis=-1)[..., -2:]
    return np.asarray((best[..., 1] - best[..., 0]).min(axis=(1, 2)))


def name_cells(names: Sequence[str], answer: NDArray[Any]) -> str:
    """How many objects of each class a grid of classes has.

    >>> name_cells(("background", "cat"), np.array([[0, 1], [1, 0]]))
    '2 x cat'
    """
    labels = [group.label for group in find_groups(answer)]
    told = (f"{labels.count(i)} x {names[i]}" for i in sorted(set(labels)))
    return ", ".join(told) or "none"


def _describe(names: Sequence[str], scores: Any, step: float) -> Answer:
    """Each object: class, best score, centre as shares of width and height, cells."""
    del step
    grid = np.asarray(scores)
    height, width, _ = grid.shape
    answer = grid.argmax(axis=-1)
    told: list[tuple[float, str]] = []
    for group in find_groups(answer):
        score = max(float(grid[(*cell, group.label)]) for cell in group.cells)
        row, column = group.centre
        x, y = 100 * (column + 0.5) / width, 100 * (row + 0.5) / height
        size = f", {len(group.cells)} cells" if len(group.cells) > 1 else ""
        text = f"{names[group.label]} {score:.3f} at ({x:.0f} %, {y:.0f} %){size}"
        told.append((score, text))
    told.sort(key=lambda one: -one[0])
    texts = [text for _, text in told[:_MOST_NAMED]]
    if len(told) > _MOST_NAMED:
        texts.append(f"{len(told) - _MOST_NAMED} more")
    label = name_cells(names, answer)
    best = told[0][0] if told else float(grid[..., 0].min())
    return Answer(label, best, f"{label}: {'; '.join(texts)}" if told else label)


def _rate(
    scores: NDArray[Any], labels: NDArray[Any], names: Sequence[str]
) -> RatingTable:
    """Of each class, and the mean of all but the background."""
    answers = _answers(scores.reshape(*labels.shape, -1))
    objects = count_found(answers, labels, len(names))
    rows: list[tuple[str, tuple[float | None, ...]]] = []
    for i, name in enumerate(names):
        said, true = answers == i, labels == i
        both, one = int((said & true).sum()), int((said | true).sum())
        found = _f1(*objects[i].tolist()) if i else None
        values = (
            _share(both, one),
            _share(both, int(said.sum())),
            _share(both, int(true.sum())),
            _share(2 * both, int(said.sum() + true.sum())),
            found,
            float(true.sum()),
        )
        rows.append((name, values))
    columns = list(zip(*(values for _, values in rows[1:]), strict=True))
    means = tuple(map(_mean, columns[:-1]))
    rows.append(("mean without the first", (*means, float((labels > 0).sum()))))
    return RatingTable(
        ("IoU", "precision", "recall", "F1", "F1 of objects", "true cells"),
        tuple(rows),
        _NOTE,
    )


def _f1(right: int, said: int, found: int, true: int) -> float | None:
    """The harmonic mean of the shares that are right and found."""
    if not said + true:
        return None
    precision, recall = right / max(said, 1), found / max(true, 1)
    both = precision + recall
    return 2 * precision * recall / both if both else 0.0


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


SEGMENTATION = TaskKind(
    name="segmentation",
    measure="mean IoU",
    is_counted=False,
    loss="softmax",
    ends=Ends(
        ("softmax", "log_softmax", "linear"),
        "softmax or no activation at the end, as each cell has one class",
        "end a model of your own in Conv2D(classes, 1, activation='softmax')",
    ),
    class_scores=lambda scores: scores,
    answers=_answers,
    credits=_credits,
    margins=_margins,
    describe=_describe,
    rate=_rate,
    rule=lambda names: ("Measure", "mean IoU of each image, of the classes in it"),
)

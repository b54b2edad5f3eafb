"""Labels and scores -> the confusion matrix, true classes by predicted ones.

Up to twenty classes are a table of counts. More are a picture, one pixel a cell, and
the list of the most frequent mistakes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tinycnn.report.picture import encode_png
from tinycnn.report.text import Name, count, percent, share_of, shorten

__all__ = ["Cell", "Confusion", "Mistake", "TrueClass", "count_confusion"]

_MOST_CLASSES_IN_TABLE = 20
_MOST_MISTAKES = 12
_COLUMN_LENGTH, _UPRIGHT_LENGTH = 16, 40  # letters of one header, of all
_FAINTEST, _FAINTEST_PIXEL = 0.14, 0.35
_RIGHT_RGB, _WRONG_RGB = (47, 111, 181), (201, 88, 40)


@dataclass(frozen=True, slots=True)
class Cell:
    """A count; `strength`, in per cent, colours it by its share of the row."""

    text: str
    strength: str
    state: Literal["right", "wrong", "none"]


@dataclass(frozen=True, slots=True)
class TrueClass:
    """One row of the table."""

    name: Name
    cells: tuple[Cell, ...]
    images: str
    recall: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A true class taken for another."""

    true: Name
    predicted: Name
    images: str
    share: str


@dataclass(frozen=True, slots=True)
class Confusion:
    """The matrix: `rows` for few classes, `picture` and `mistakes` for many.

    Attributes:
        predicted: Column headers.
        upright: Whether the headers are short enough to stand side by side.
        rows: One a true class.
        picture: A data URL; empty when there are rows.
        mistakes: Most frequent first.
        summary: The matrix in one sentence.
    """

    predicted: tuple[Name, ...]
    upright: bool
    rows: tuple[TrueClass, ...]
    picture: str
    mistakes: tuple[Mistake, ...]
    summary: str


def count_confusion(
    labels: NDArray[np.int64],
    predictions: NDArray[np.int64],
    class_names: tuple[str, ...],
) -> Confusion:
    """Count how often each class was taken for each other."""
    classes = len(class_names)
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (labels, predictions), 1)
    names = tuple(shorten(name) for name in class_names)
    right = int(np.trace(matrix))
    summary = f"{count(right)} of {count(len(labels))} test images on the diagonal"
    columns = tuple(shorten(name, _COLUMN_LENGTH) for name in class_names)
    widest = max(len(name.text) for name in columns)
    upright = classes * widest <= _UPRIGHT_LENGTH
    if classes <= _MOST_CLASSES_IN_TABLE:
        rows = tuple(_make_row(matrix, names, true) for true in range(classes))
        return Confusion(columns, upright, rows, "", (), summary)
    mistakes = _list_mistakes(matrix, names)
    return Confusion(columns, upright, (), _paint(matrix), mistakes, summary)


def _make_row(
    matrix: NDArray[np.int64], names: tuple[Name, ...], true: int
) -> TrueClass:
    numbers = matrix[true].tolist()
    total = sum(numbers)
    cells = tuple(
        Cell(
            text=count(number),
            strength=f"{100 * _strengthen(share_of(number, total)):.0f}",
            state="none" if not number else "right" if i == true else "wrong",
        )
        for i, number in enumerate(numbers)
    )
    recall = percent(numbers[true] / total) if total else "none"
    return TrueClass(names[true], cells, count(total), recall)


def _strengthen(share: float) -> float:
    """One wrong image of a thousand must still be seen."""
    return _FAINTEST + (1 - _FAINTEST) * share if share else 0.0


def _paint(matrix: NDArray[np.int64]) -> str:
    totals = np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    pixels = np.zeros((*matrix.shape, 4), np.uint8)
    pixels[..., :3] = _WRONG_RGB
    diagonal = np.arange(len(matrix))
    pixels[diagonal, diagonal, :3] = _RIGHT_RGB
    shares = matrix / totals
    strengths = _FAINTEST_PIXEL + (1 - _FAINTEST_PIXEL) * shares
    pixels[..., 3] = np.where(matrix > 0, np.round(255 * strengths), 0)
    return encode_png(pixels)


def _list_mistakes(
    matrix: NDArray[np.int64], names: tuple[Name, ...]
) -> tuple[Mistake, ...]:
    wrong = matrix - np.diag(np.diag(matrix))
    order = np.argsort(-wrong, axis=None, kind="stable")[:_MOST_MISTAKES].tolist()
    pairs = [divmod(cell, len(names)) for cell in order]
    return tuple(
        Mistake(
            true=names[true],
            predicted=names[predicted],
            images=count(int(wrong[true, predicted])),
            share=percent(wrong[true, predicted] / matrix[true].sum()),
        )
        for true, predicted in pairs
        if wrong[true, predicted]
    )

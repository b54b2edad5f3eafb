"""What an array of labels means: one class an image, and what the classes are called.

Taken are whole numbers of any type, booleans, text and one-hot rows, in a column or a
row; classes are the values that occur, in their order. What has several meanings, or is
no class an image, is refused by name.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tinycnn.errors import DatasetError

__all__ = ["MAX_CLASSES", "flatten_labels", "number_classes"]

MAX_CLASSES = 1_000
_SHOWN = 6  # classes that a note lists


def flatten_labels(
    subject: str, y: NDArray[np.generic], images: int
) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """One value an image: integers or text; and notes on how it was found.

    Args:
        subject: The array, as messages name it.
        y: Labels of `images` images.
        images: How many images there are.

    Raises:
        DatasetError: If they are not one class an image.
    """
    shape = y.shape
    if y.ndim == 2 and images not in (1, shape[0]) and shape[1] == images:
        y = y.T
    if y.shape == (images, 1):
        y = y.reshape(images)
    if y.ndim == 2 and len(y) == images:
        return _from_one_hot(subject, y)
    if y.shape != (images,):
        raise DatasetError(
            f"{subject}: expected whole numbers of shape ({images},), "
            f"got {y.dtype} {shape}",
            hint=f"one label for each of the {images:,} images is needed",
        )
    notes = () if shape == (images,) else (f"{subject}: {shape} is one label an image",)
    values, more = _to_values(subject, y)
    return values, (*notes, *more)


def number_classes(
    subject: str, values: NDArray[np.generic], names: Sequence[str] = ()
) -> tuple[NDArray[np.int64], tuple[str, ...], tuple[str, ...]]:
    """Labels that count from 0, the classes' names, and notes.

    Args:
        subject: The array, as messages name it.
        values: As `flatten_labels` gives them, of all splits together.
        names: The classes' names, if the archive has them.

    Raises:
        DatasetError: If there are too few or too many classes, or odd names.
    """
    distinct, labels = np.unique(values, return_inverse=True)
    if distinct.dtype.kind == "U":
        class_names = _sort_text(subject, distinct)
        rank = {name: label for label, name in enumerate(class_names)}
        order = np.array([rank[str(name)] for name in distinct], np.int64)
        return order[labels], class_names, (f"{subject}: classes {_list(class_names)}",)
    low, high = int(distinct[0]), int(distinct[-1])
    if low < 0 or high >= MAX_CLASSES or len(distinct) < 2:
        raise DatasetError(
            f"{subject}: expected 2 to {MAX_CLASSES:,} classes that count from 0, "
            f"got labels {low} to {high}",
            hint=_odd_labels_hint(low, high),
        )
    numbers = [int(value) for value in distinct]
    given = _pick_names(numbers, names)
    class_names = given or tuple(str(n) for n in numbers)
    notes = []
    if given:
        notes.append(f"{subject}: classes {_list(class_names)}, as the archive says")
    elif numbers != list(range(len(numbers))):
        gaps = high - low + 1 - len(numbers)
        missing = f", {gaps:,} between them never occur" if gaps else ""
        notes.append(
            f"{subject}: labels {low} to {high}{missing}: classes are named "
            f"{_list(class_names)}"
        )
    return labels.astype(np.int64), class_names, tuple(notes)


def _from_one_hot(
    subject: str, y: NDArray[np.generic]
) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    is_number = y.dtype.kind in "biuf"
    if not is_number or not np.isin(y, (0, 1)).all():
        raise DatasetError(
            f"{subject}: expected one class an image, got {y.dtype} {y.shape}",
            hint="give the number of the class, or rows of 0 with a single 1",
        )
    ones = np.asarray(y, np.int64).sum(axis=1)
    if (ones != 1).any():
        raise DatasetError(
            f"{subject}: expected one class an image, got rows with {ones.min()} to "
            f"{ones.max()} ones",
            hint="one-hot rows have a single 1; several labels an image are not read",
        )
    note = f"{subject}: rows of {y.shape[1]} with a single 1 are taken as one-hot"
    return np.asarray(y, np.int64).argmax(axis=1), (note,)


def _to_values(
    subject: str, y: NDArray[np.generic]
) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """The labels as integers of their own width, or as text."""
    if y.dtype.kind in "iu":
        return y, ()
    if y.dtype.kind == "b":
        return np.where(y, "true", "false"), ()
    if y.dtype.kind == "U":
        return y, ()
    if y.dtype.kind == "S":
        try:
            return np.char.decode(y.astype(np.bytes_), "utf-8"), ()
        except UnicodeDecodeError as error:
            raise DatasetError(f"{subject}: expected text in UTF-8") from error
    floats = np.asarray(y, np.float64)
    if not np.array_equal(floats, np.rint(floats)) or np.abs(floats).max() >= 1 << 53:
        raise DatasetError(
            f"{subject}: expected whole numbers of shape {y.shape}, "
            f"got {y.dtype} {y.shape}",
            hint="fractions and NaN are no classes",
        )
    return floats.astype(np.int64), (f"{subject}: {y.dtype} holds whole numbers",)


def _sort_text(subject: str, distinct: NDArray[np.generic]) -> tuple[str, ...]:
    """The names in order: as numbers where all are, else as text."""
    names = [str(name) for name in distinct]
    odd = next((n for n in names if not n.strip() or not n.isprintable()), None)
    if odd is not None:
        raise DatasetError(f"{subject}: expected printable class names, got {odd!a}")
    if not 2 <= len(names) <= MAX_CLASSES:
        raise DatasetError(
            f"{subject}: expected 2 to {MAX_CLASSES:,} classes, got {len(names):,}"
        )
    if all(name.isdecimal() for name in names):
        return tuple(sorted(names, key=lambda name: (int(name), name)))
    return tuple(names)


def _pick_names(numbers: Sequence[int], names: Sequence[str]) -> tuple[str, ...]:
    """The names of the classes that occur; none if they do not fit."""
    if not names or not all(name.strip() and name.isprintable() for name in names):
        return ()
    first = 1 if numbers[-1] == len(names) and numbers[0] == 1 else 0
    if numbers[-1] - first >= len(names):
        return ()
    picked = tuple(names[number - first] for number in numbers)
    return picked if len(set(picked)) == len(picked) else ()


def _odd_labels_hint(low: int, high: int) -> str:
    if low < 0:
        return "-1 often marks images without a label: leave them out"
    if high >= MAX_CLASSES:
        return "numbers as large as these are measurements or identities, not classes"
    return "one class alone cannot be told from anything"


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"

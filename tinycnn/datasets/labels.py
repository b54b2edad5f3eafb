"""What an array of labels means: classes, several labels, numbers, a grid an image.

One class an image are whole numbers of any type, booleans, text and one-hot rows, in a
column or a row; classes are the values that occur, in their order. Rows of 0 and 1 that
are not one-hot are several labels an image, other numbers are what a network is to
compute; whole numbers in rows and columns are a class for each cell of a grid. What has
several meanings is refused by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.errors import DatasetError

__all__ = ["MAX_CLASSES", "flatten_labels", "number_classes", "pick_names"]

MAX_CLASSES = 1_000
_SHOWN = 6  # classes that a note lists


def flatten_labels(
    subject: str, y: NDArray[np.generic], images: int
) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """One value an image, integers or text, or a row an image; and notes on it.

    Rows are integers of 0 and 1, or floats of 32 bits.

    Args:
        subject: The array, as messages name it.
        y: Labels of `images` images.
        images: How many images there are.

    Raises:
        DatasetError: If they are not labels of the images.
    """
    shape = y.shape
    if y.ndim in (3, 4) and len(y) == images and y.shape[1] * y.shape[2] > 1:
        return _from_grids(subject, y)
    if y.ndim == 2 and images not in (1, shape[0]) and shape[1] == images:
        y = y.T
    if y.shape == (images, 1):
        y = y.reshape(images)
    if y.ndim == 2 and len(y) == images:
        return _from_rows(subject, y)
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
) -> tuple[NDArray[Any], tuple[str, ...], tuple[str, ...]]:
    """Labels that count from 0 or rows as they are, the names of classes, and notes.

    Args:
        subject: The array, as messages name it.
        values: As `flatten_labels` gives them, of all splits together.
        names: The classes' names, if the archive has them.

    Raises:
        DatasetError: If there are too few or too many classes, or odd names.
    """
    if values.ndim == 3:
        return _name_cells(subject, np.asarray(values), names)
    if values.ndim == 2:
        return _name_columns(subject, np.asarray(values), names)
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
    given = pick_names(numbers, names)
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


def _name_columns(
    subject: str, rows: NDArray[Any], names: Sequence[str]
) -> tuple[NDArray[Any], tuple[str, ...], tuple[str, ...]]:
    columns = tuple(str(n) for n in range(rows.shape[1]))
    if len(names) == len(set(names)) == len(columns):
        columns = tuple(names)
    constant = np.flatnonzero(rows.min(axis=0) == rows.max(axis=0))
    if len(constant):
        raise DatasetError(
            f"{subject}: column '{columns[constant[0]]}': expected several values, got "
            f"{rows[0, constant[0]]:g} for all {len(rows):,} images",
            hint="leave the column out: nothing can be learned of it",
        )
    return rows, columns, ()


def _from_grids(
    subject: str, y: NDArray[np.generic]
) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """A class a cell, of whole numbers or of one-hot cells."""
    grids = np.asarray(y)
    is_whole = grids.dtype.kind in "biu" or (
        grids.dtype.kind == "f" and bool((grids == np.rint(grids)).all())
    )
    if is_whole and grids.ndim == 4:
        is_one_hot = grids.shape[3] > 1 and bool(np.isin(grids, (0, 1)).all())
        if is_one_hot and (grids.sum(axis=3) == 1).all():
            grids = grids.argmax(axis=3)
        elif grids.shape[3] == 1:
            grids = grids[..., 0]
    if not is_whole or grids.ndim == 4:
        raise DatasetError(
            f"{subject}: expected a class for each cell, got {y.dtype} {y.shape}",
            hint="give whole numbers of shape (images, rows, columns), or one-hot",
        )
    rows, columns = grids.shape[1:]
    note = f"{subject}: a class for each cell of a grid of {rows}x{columns}"
    return grids.astype(np.int64), (note,)


def _name_cells(
    subject: str, grids: NDArray[Any], names: Sequence[str]
) -> tuple[NDArray[Any], tuple[str, ...], tuple[str, ...]]:
    """Classes of cells keep their numbers; 0 is the background."""
    low, high = int(grids.min()), int(grids.max())
    if low < 0 or not 0 < high < MAX_CLASSES or (high == 255 and high > len(names)):
        raise DatasetError(
            f"{subject}: expected cells of classes 0 (background) to "
            f"{MAX_CLASSES - 1:,}, got {low} to {high}",
            hint="cells to ignore (-1, 255) are not known: make them background; a "
            "mask of 0 and 255 is divided by 255",
        )
    classes = ("background", *(str(n) for n in range(1, high + 1)))
    if len(names) == len(set(names)) > high:
        classes = tuple(names)
    share = np.bincount(grids.reshape(-1), minlength=len(classes)) / grids.size
    told = ", ".join(
        f"'{name}' {part:.1%}"
        for name, part in zip(classes[:_SHOWN], share[:_SHOWN].tolist(), strict=True)
    )
    return grids, classes, (f"{subject}: cells are {told}",)


def _from_rows(
    subject: str, y: NDArray[np.generic]
) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    is_zero_or_one = y.dtype.kind in "biuf" and bool(np.isin(y, (0, 1)).all())
    if y.shape[1] > MAX_CLASSES or not (is_zero_or_one or y.dtype.kind == "f"):
        raise DatasetError(
            f"{subject}: expected one class an image, got {y.dtype} {y.shape}",
            hint="give the number of the class, or rows of 0 with a single 1; real "
            "numbers are taken as float32",
        )
    if not is_zero_or_one:
        return _to_real(subject, y)
    rows = np.asarray(y, np.int64)
    ones = rows.sum(axis=1)
    if (ones == 1).all():
        note = f"{subject}: rows of {y.shape[1]} with a single 1 are taken as one-hot"
        return rows.argmax(axis=1), (note,)
    note = f"rows with {ones.min()} to {ones.max()} ones are several labels an image"
    return rows, (f"{subject}: {note}",)


def _to_real(
    subject: str, y: NDArray[np.generic]
) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """Numbers that a network is to compute, a row an image."""
    with np.errstate(over="ignore"):  # too large for 32 bits is not finite then
        rows = y.astype(np.float32).reshape(len(y), -1)
    if not np.isfinite(rows).all():
        raise DatasetError(
            f"{subject}: expected whole numbers of shape {y.shape}, "
            f"got {y.dtype} {y.shape}",
            hint="fractions and NaN are no classes, and what is not finite no number",
        )
    each = "a real number" if rows.shape[1] == 1 else f"{rows.shape[1]} real numbers"
    note = f"{subject}: {rows.min():g} to {rows.max():g}, {each} an image"
    return rows, (note,)


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
        return _to_real(subject, y)
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


def pick_names(numbers: Sequence[int], names: Sequence[str]) -> tuple[str, ...]:
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

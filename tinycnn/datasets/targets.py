"""What a project says its labels are, where the data could be meant otherwise.

Whole numbers are classes unless `[dataset] task` says that they are to be computed, as
ages or counts are; rows with a single 1 are one class unless it says that each is a
label of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tinycnn.datasets.dataset import Reading
from tinycnn.datasets.split import make_split
from tinycnn.errors import DatasetError

if TYPE_CHECKING:  # a data set needs no project
    from tinycnn.choices import Targets

__all__ = ["as_targets"]


def as_targets(name: str, reading: Reading, wanted: Targets | None) -> Reading:
    """What was read, with labels of the kind that is wanted; as it is for None.

    Raises:
        DatasetError: If the labels cannot be that.
    """
    labels, names = reading.images.labels, reading.class_names
    found = "classification"
    if labels.ndim == 3:
        found = "segmentation"
    elif labels.ndim == 2:
        found = "regression" if labels.dtype.kind == "f" else "multi-label"
    if wanted is None or wanted == found:
        return reading
    if (wanted, found) == ("multi-label", "classification"):
        labels = np.eye(len(names), dtype=np.int64)[labels]
    elif (wanted, found) == ("regression", "multi-label"):
        labels = labels.astype(np.float32)
    elif wanted == "regression" and all(map(_is_number, names)):
        labels = np.array([float(name) for name in names], np.float32)[labels, None]
        names = ("value",)
    else:
        raise _contradiction(name, wanted, found)
    note = f"labels are taken for {wanted}, as task says, not for {found}"
    return replace(
        reading,
        images=make_split(reading.images.images, labels),
        class_names=names,
        notes=(*reading.notes, note),
    )


def _contradiction(name: str, wanted: str, found: str) -> DatasetError:
    hints = {
        "regression": "their names are no numbers: give a number for each image",
        "multi-label": "real numbers are no labels: give a 0 or 1 for each",
        "segmentation": "give whole numbers of shape (images, rows, columns)",
        "classification": "give one class for each image",
    }
    return DatasetError(
        f"data set '{name}': task: expected labels for {wanted}, got some for {found}",
        hint=hints[wanted],
    )


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False

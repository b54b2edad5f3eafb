"""Which class is taken for which, over the whole test set, and by which images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tinycnn.compiler import read_tflite
from tinycnn.explorer.exhibit import Exhibit
from tinycnn.explorer.learned.small import shrink, small_side
from tinycnn.harness.scores import first_scores
from tinycnn.tasks import answers_of
from tinycnn.workbench import describe_tensor

__all__ = ["count_confusion", "limit_images", "picture_mistakes"]

_MOST_CLASSES = 100
_MOST_IMAGES = 12  # that are named for a cell
_MOST_SIDE = 32  # pixels of a picture
_MOST_BYTES = 800_000  # of all pictures


def count_confusion(exhibit: Exhibit) -> dict[str, Any] | None:
    """Rows are true classes, columns the answers; None without classes or labels.

    Of each cell the first images are named, by their places in the data set.
    """
    made = exhibit.made
    task = exhibit.examples.task
    if made is None or task not in ("categorical", "binary"):
        return None
    labels, classes = made.dataset.test.labels, made.dataset.class_names
    if len(classes) > _MOST_CLASSES:
        return None
    graph = read_tflite(exhibit.content)
    output = describe_tensor(graph.tensors[graph.outputs[0]])
    outputs = made.build.reference_outputs.read().reshape(len(labels), -1)
    held = np.ascontiguousarray(outputs).view(np.int8)
    answers = answers_of(task, first_scores(held, output))
    counts = np.zeros((len(classes), len(classes)), np.int64)
    np.add.at(counts, (labels, answers), 1)
    wrong = np.flatnonzero(labels != answers).tolist()
    images: dict[str, list[int]] = {}
    for index in wrong:
        cell = images.setdefault(f"{labels[index]},{answers[index]}", [])
        if len(cell) < _MOST_IMAGES:
            cell.append(index)
    images = limit_images(images, made.dataset.test.images.shape[1:])
    pictured = sorted({index for cell in images.values() for index in cell})
    rows, columns = small_side(made.dataset.test.images, _MOST_SIDE)
    return {
        "counts": counts.tolist(),
        "images": images,
        "side": [rows, columns, made.dataset.test.images.shape[3]],
        "pictures": pictured,
    }


def picture_mistakes(exhibit: Exhibit, confusion: Mapping[str, Any]) -> bytes:
    """The pictures that a confusion names, end to end."""
    assert exhibit.made is not None
    rows, columns, _ = confusion["side"]
    images = exhibit.made.dataset.test.images[confusion["pictures"]]
    return shrink(images, (rows, columns)) if len(images) else b""


def limit_images(
    images: dict[str, list[int]], shape: tuple[int, ...]
) -> dict[str, list[int]]:
    """As many images a cell as there is room for, at least one."""
    rows, columns, channels = shape
    one = min(rows, _MOST_SIDE) * min(columns, _MOST_SIDE) * channels
    room = _MOST_BYTES // one
    most = next((n for n in range(_MOST_IMAGES, 1, -1) if _count(images, n) <= room), 1)
    return {cell: named[:most] for cell, named in images.items()}


def _count(images: dict[str, list[int]], most: int) -> int:
    return sum(min(len(named), most) for named in images.values())

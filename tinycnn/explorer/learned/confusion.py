"""Which class is taken for which, over the whole test set, and by which images."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinycnn.compiler import read_tflite
from tinycnn.explorer.exhibit import Exhibit
from tinycnn.harness.scores import first_scores
from tinycnn.workbench import describe_tensor

__all__ = ["count_confusion"]

_MOST_CLASSES = 100
_MOST_IMAGES = 12  # that are named for a cell


def count_confusion(exhibit: Exhibit) -> dict[str, Any] | None:
    """Rows are true classes, columns the answers; None without classes or labels.

    Of each cell the first images are named, by their places in the data set.
    """
    made = exhibit.made
    if made is None or exhibit.examples.task != "categorical":
        return None
    labels, classes = made.dataset.test.labels, made.dataset.class_names
    if len(classes) > _MOST_CLASSES:
        return None
    graph = read_tflite(exhibit.content)
    output = describe_tensor(graph.tensors[graph.outputs[0]])
    rows = made.build.reference_outputs.read()
    rows = np.ascontiguousarray(rows.reshape(len(labels), -1)).view(np.int8)
    answers = first_scores(rows, output).argmax(axis=1)
    counts = np.zeros((len(classes), len(classes)), np.int64)
    np.add.at(counts, (labels, answers), 1)
    wrong = np.flatnonzero(labels != answers).tolist()
    images: dict[str, list[int]] = {}
    for index in wrong:
        cell = images.setdefault(f"{labels[index]},{answers[index]}", [])
        if len(cell) < _MOST_IMAGES:
            cell.append(index)
    return {"counts": counts.tolist(), "images": images}

"""Images as points: where the last hidden layer puts each, in its two main directions.

Principal component analysis (Pearson, 1901) by a singular value decomposition: the
plane in which the points lie farthest apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Graph
from tinycnn.explorer.learned.dreams.targets import scores_behind

__all__ = ["find_hidden", "project_to_plane"]


def find_hidden(graph: Graph) -> int | None:
    """The tensor that the last dense layer reads; None without such a layer.

    A convolution with one place that gives the scores is one.
    """
    scores = scores_behind(graph)
    written = {t for op in graph.ops for t in op.outputs}
    for op in reversed(graph.ops):
        x, y = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
        is_last = op.kind == "CONV_2D" and y.shape[1:3] == (1, 1) and y.id == scores
        if (is_last or op.kind == "FULLY_CONNECTED") and x.id in written:
            return x.id
    return None


def project_to_plane(values: NDArray[Any]) -> tuple[NDArray[np.float64], list[float]]:
    """Points of the plane, and the shares of the spread that its directions have.

    Args:
        values: A row an image.

    Returns:
        Shape (N, 2), each direction from -1 to 1, its larger side positive; and two
        shares, 0 to 1.
    """
    rows = values.reshape(len(values), -1).astype(np.float64)
    centred = rows - rows.mean(axis=0)
    _, spread, directions = np.linalg.svd(centred, full_matrices=False)
    directions = directions[:2]
    points = np.zeros((len(rows), 2))
    found = centred @ directions.T
    points[:, : found.shape[1]] = found
    for axis in (0, 1):  # a direction has no sign of its own
        if -points[:, axis].min() > points[:, axis].max():
            points[:, axis] *= -1
    largest = np.abs(points).max(axis=0)
    total = float((spread**2).sum()) or 1.0
    shares = [float(s**2) / total for s in spread[:2]]
    return points / np.where(largest > 0, largest, 1), [*shares, 0.0, 0.0][:2]

"""All that a page tells of what a network learned, in one walk over its images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import read_tflite
from tinycnn.explorer.exhibit import Exhibit
from tinycnn.explorer.learned.confusion import count_confusion
from tinycnn.explorer.learned.embedding import find_hidden, project_to_plane
from tinycnn.explorer.learned.patches import (
    Best,
    cut_patches,
    find_layers,
    keep_best,
)
from tinycnn.explorer.learned.sample import Sample, run_batches, take_sample
from tinycnn.explorer.learned.spread import Spread
from tinycnn.explorer.page import pack_json

__all__ = ["gather_learned"]

_SMALL_SIDE = 16  # pixels of an image that stands for a point


def gather_learned(exhibit: Exhibit) -> Mapping[str, bytes]:
    """The pieces `learned` (JSON) and those with pixels that it names."""
    graph = read_tflite(exhibit.content)
    sample = take_sample(exhibit)
    has_images = sample.images is not None
    layers = find_layers(graph) if has_images else ()
    best = {t: Best.of(graph.tensors[t].shape[-1]) for t in layers}
    hidden, spread = find_hidden(graph), Spread()
    points: list[NDArray[Any]] = []
    for part, tensors in run_batches(exhibit, graph, sample):
        for tensor, values in tensors.items():
            spread.count(tensor, values)
            if tensor in best:
                keep_best(best[tensor], values, part.start)
        if hidden in tensors:
            points.append(tensors[hidden].reshape(part.stop - part.start, -1))
    told: dict[str, Any] = {
        "images": len(sample.rows),
        "spread": spread.tell(),
        "confusion": count_confusion(exhibit),
        "patches": None,
        "plane": _describe_plane(points, hidden, sample),
    }
    pieces: dict[str, bytes] = {}
    if has_images:
        told["patches"], pieces["learned-patches"] = cut_patches(graph, best, sample)
        pieces["learned-images"] = _shrink(sample)
    return {"learned": pack_json(told), **pieces}


def _describe_plane(
    points: list[NDArray[Any]], hidden: int | None, sample: Sample
) -> dict[str, Any] | None:
    if not points or len(sample.rows) < 3:
        return None
    plane, shares = project_to_plane(np.concatenate(points))
    labels = sample.labels
    is_class = labels is not None and labels.ndim == 1 and labels.dtype.kind != "f"
    return {
        "tensor": f"t{hidden}",
        "points": np.round(plane, 3).tolist(),
        "shares": shares,
        "labels": labels.tolist() if is_class and labels is not None else None,
        "indices": sample.indices.tolist(),
        "side": list(_small(sample)) if sample.images is not None else None,
    }


def _small(sample: Sample) -> tuple[int, int]:
    assert sample.images is not None
    rows, columns = sample.images.shape[1:3]
    return min(rows, _SMALL_SIDE), min(columns, _SMALL_SIDE)


def _shrink(sample: Sample) -> bytes:
    """All images, small, end to end: each pixel the mean of a block."""
    images = sample.images
    assert images is not None
    rows, columns = _small(sample)
    across = (np.arange(rows) * images.shape[1] // rows).astype(np.int64)
    down = (np.arange(columns) * images.shape[2] // columns).astype(np.int64)
    sums = np.add.reduceat(images.astype(np.int64), across, axis=1)
    sums = np.add.reduceat(sums, down, axis=2)
    heights = np.diff([*across, images.shape[1]])[:, None, None]
    widths = np.diff([*down, images.shape[2]])[None, :, None]
    small: NDArray[np.uint8] = (sums / (heights * widths)).round().astype(np.uint8)
    return small.tobytes()

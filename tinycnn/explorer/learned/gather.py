"""All that a page tells of what a network learned, in one walk over its images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Graph, read_tflite
from tinycnn.explorer.exhibit import Exhibit
from tinycnn.explorer.learned.confusion import count_confusion, picture_mistakes
from tinycnn.explorer.learned.embedding import find_hidden, project_to_plane
from tinycnn.explorer.learned.filters import describe_filters
from tinycnn.explorer.learned.patches import (
    Best,
    cut_patches,
    find_layers,
    keep_best,
)
from tinycnn.explorer.learned.sample import Sample, run_batches, take_sample
from tinycnn.explorer.learned.small import shrink, small_side
from tinycnn.explorer.learned.spread import Spread
from tinycnn.explorer.page import pack_json
from tinycnn.harness.scores import first_scores
from tinycnn.reference.every_tensor import Tensors
from tinycnn.task import answers_of
from tinycnn.workbench import describe_tensor

__all__ = ["gather_learned"]


def gather_learned(exhibit: Exhibit) -> Mapping[str, bytes]:
    """The pieces `learned` (JSON) and those with pixels that it names."""
    graph = read_tflite(exhibit.content)
    sample = take_sample(exhibit)
    walk = _Walk.of(graph, has_images=sample.images is not None)
    for part, tensors in run_batches(exhibit, graph, sample):
        walk.take(part, tensors)
    mistakes = count_confusion(exhibit)
    told: dict[str, Any] = {
        "images": len(sample.rows),
        "spread": walk.spread.tell(),
        "confusion": mistakes,
        "filters": describe_filters(graph),
        "patches": None,
        "plane": _describe_plane(walk, exhibit, sample),
        "accuracy": _tell_accuracy(exhibit, mistakes),
    }
    pieces: dict[str, bytes] = {}
    if sample.images is not None:
        told["patches"], pieces["learned-patches"] = cut_patches(
            graph, walk.best, sample
        )
        pieces["learned-images"] = shrink(sample.images, small_side(sample.images))
        if mistakes:
            pieces["learned-mistakes"] = picture_mistakes(exhibit, mistakes)
    return {"learned": pack_json(told), **pieces}


@dataclass(slots=True, eq=False)
class _Walk:
    """What is kept of each image while the network goes over all of them."""

    graph: Graph
    best: dict[int, Best]
    hidden: int | None
    spread: Spread = field(default_factory=Spread)
    points: list[NDArray[Any]] = field(default_factory=list)
    outputs: list[NDArray[Any]] = field(default_factory=list)

    @classmethod
    def of(cls, graph: Graph, *, has_images: bool) -> _Walk:
        layers = find_layers(graph) if has_images else ()
        best = {t: Best.of(graph.tensors[t].shape[-1]) for t in layers}
        return cls(graph, best, find_hidden(graph))

    def take(self, part: slice, tensors: Tensors) -> None:
        """The tensors of the images of a part."""
        for tensor, values in tensors.items():
            self.spread.count(tensor, values)
            if tensor in self.best:
                keep_best(self.best[tensor], values, part.start)
        count = part.stop - part.start
        if self.hidden in tensors:
            self.points.append(tensors[self.hidden].reshape(count, -1))
        self.outputs.append(tensors[self.graph.outputs[0]].reshape(count, -1))


def _describe_plane(
    walk: _Walk, exhibit: Exhibit, sample: Sample
) -> dict[str, Any] | None:
    if not walk.points or len(sample.rows) < 3:
        return None
    plane, shares = project_to_plane(np.concatenate(walk.points))
    labels = sample.labels
    is_class = labels is not None and labels.ndim == 1 and labels.dtype.kind != "f"
    return {
        "tensor": f"t{walk.hidden}",
        "points": np.round(plane, 3).tolist(),
        "shares": shares,
        "labels": labels.tolist() if is_class and labels is not None else None,
        "answers": _answer(walk, exhibit),
        "indices": sample.indices.tolist(),
        "side": None if sample.images is None else list(small_side(sample.images)),
    }


def _answer(walk: _Walk, exhibit: Exhibit) -> list[int] | None:
    """The class of each image, where one class is asked."""
    task = exhibit.examples.task
    if task not in ("categorical", "binary"):
        return None
    rows = np.ascontiguousarray(np.concatenate(walk.outputs)).view(np.int8)
    output = describe_tensor(walk.graph.tensors[walk.graph.outputs[0]])
    return list(answers_of(task, first_scores(rows, output)).tolist())


def _tell_accuracy(
    exhibit: Exhibit, confusion: Mapping[str, Any] | None
) -> dict[str, float] | None:
    """Shares of right test images, in float and in int8; None where one is unknown."""
    if exhibit.made is None or confusion is None:
        return None
    curves = exhibit.made.build.float_curves.read_if_there()
    if curves is None:
        return None
    counts = np.array(confusion["counts"])
    right = float(np.trace(counts) / counts.sum())
    return {"float": curves.test_accuracy, "int8": right}

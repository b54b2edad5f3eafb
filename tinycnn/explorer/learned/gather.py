"""All that a page tells of what a network learned, in one walk over its images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Graph, read_tflite
from tinycnn.explorer.exhibit import Exhibit
from tinycnn.explorer.learned.confusion import count_confusion, picture_mistakes
from tinycnn.explorer.learned.dreams import gather_dreams, watched_tensors
from tinycnn.explorer.learned.embedding import find_hidden, project_to_plane
from tinycnn.explorer.learned.errors import Errors
from tinycnn.explorer.learned.extremes import Extremes
from tinycnn.explorer.learned.film import describe_film
from tinycnn.explorer.learned.filters import describe_filters
from tinycnn.explorer.learned.patches import (
    Best,
    cut_patches,
    find_layers,
    keep_best,
)
from tinycnn.explorer.learned.real import RealNetwork
from tinycnn.explorer.learned.sample import Sample, run_batches, take_sample
from tinycnn.explorer.learned.small import shrink, small_side
from tinycnn.explorer.learned.spread import Spread
from tinycnn.explorer.learned.ternary import measure_ternary
from tinycnn.explorer.learned.weights import describe_weights
from tinycnn.explorer.page import pack_json
from tinycnn.harness.scores import first_scores
from tinycnn.pipeline.sensitivity import known_sensitivity
from tinycnn.reference.every_tensor import Tensors
from tinycnn.tasks import answers_of
from tinycnn.workbench import Observer, describe_tensor

__all__ = ["gather_learned"]


def gather_learned(exhibit: Exhibit, observer: Observer) -> Mapping[str, bytes]:
    """The pieces `learned` (JSON) and those with pixels that it names."""
    graph = read_tflite(exhibit.content)
    sample = take_sample(exhibit)
    walk = _Walk.of(graph, has_images=sample.images is not None)
    for part, tensors in run_batches(exhibit, graph, sample):
        walk.take(part, tensors)
    mistakes = count_confusion(exhibit)
    dreams, pixels = gather_dreams(
        exhibit, graph, sample, walk.extremes, partial(observer.progress, "learned")
    )
    film, frames = describe_film(exhibit)
    told: dict[str, Any] = {
        "images": len(sample.rows),
        "spread": walk.spread.tell(),
        "confusion": mistakes,
        "filters": describe_filters(graph),
        "patches": None,
        "plane": _describe_plane(walk, exhibit, sample),
        "accuracy": _tell_accuracy(exhibit, mistakes),
        "dreams": dreams,
        "errors": walk.errors.tell(),
        "ternary": _tell_ternary(exhibit, walk, sample),
        "weights": describe_weights(exhibit, graph),
        "film": film,
        "sensitivity": _tell_sensitivity(exhibit),
    }
    pieces: dict[str, bytes] = {"learned-dreams": pixels, "learned-film": frames}
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
    extremes: dict[int, Extremes]
    errors: Errors
    spread: Spread = field(default_factory=Spread)
    points: list[NDArray[Any]] = field(default_factory=list)
    outputs: list[NDArray[Any]] = field(default_factory=list)

    @classmethod
    def of(cls, graph: Graph, *, has_images: bool) -> _Walk:
        layers = find_layers(graph) if has_images else ()
        best = {t: Best.of(graph.tensors[t].shape[-1]) for t in layers}
        extremes = {
            t: Extremes.of(graph.tensors[t].shape[-1]) for t in watched_tensors(graph)
        }
        errors = Errors(graph, RealNetwork.of(graph))
        return cls(graph, best, find_hidden(graph), extremes, errors)

    def take(self, part: slice, tensors: Tensors) -> None:
        """The tensors of the images of a part."""
        for tensor, values in tensors.items():
            self.spread.count(tensor, values)
            if tensor in self.best:
                keep_best(self.best[tensor], values, part.start)
            if tensor in self.extremes:
                self.extremes[tensor].take(values, part.start)
        count = part.stop - part.start
        self.errors.take(part, tensors)
        if self.hidden in tensors:
            self.points.append(tensors[self.hidden].reshape(count, -1))
        self.outputs.append(tensors[self.graph.outputs[0]].reshape(count, -1))

    def scores(self) -> NDArray[np.float64]:
        """The first output of each image, as real numbers."""
        rows = np.ascontiguousarray(np.concatenate(self.outputs)).view(np.int8)
        output = describe_tensor(self.graph.tensors[self.graph.outputs[0]])
        return first_scores(rows, output)


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
    return list(answers_of(task, walk.scores()).tolist())


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


def _tell_sensitivity(exhibit: Exhibit) -> dict[str, Any] | None:
    """What `tinycnn analyze --sensitivity` found of this network; None without."""
    made = exhibit.made
    known = known_sensitivity(made.build, made.dataset) if made else None
    return asdict(known) if known else None


def _tell_ternary(
    exhibit: Exhibit, walk: _Walk, sample: Sample
) -> dict[str, Any] | None:
    """What three values would cost, and whether it was trained for them."""
    found = measure_ternary(walk.graph, sample, walk.scores())
    made = exhibit.made
    is_trained = made is not None and made.project.quantization.weights == "ternary"
    return None if found is None else {**found, "trained": is_trained}

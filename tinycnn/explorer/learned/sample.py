"""The images that a network is looked at through: more than a page can carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Graph, read_tflite
from tinycnn.explorer.exhibit import Exhibit
from tinycnn.explorer.learned.entry import find_entry
from tinycnn.pipeline.subject import model_inputs
from tinycnn.reference import run_isolated
from tinycnn.reference.every_tensor import Tensors, run_every_tensor

__all__ = ["Sample", "run_batches", "take_sample"]

SIZE = 500
_BATCH_BYTES = 1 << 26  # of all tensors of a batch together


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Images of one shape, as a model takes them.

    Attributes:
        rows: All inputs of one end to end, shape (N, bytes).
        images: uint8, shape (N, H, W, C); None where the inputs are no images.
        indices: The place of each in its data set.
        labels: What is true; None if nobody knows.
    """

    rows: NDArray[np.int8]
    images: NDArray[np.uint8] | None
    indices: NDArray[np.int64]
    labels: NDArray[Any] | None


def take_sample(exhibit: Exhibit, *, size: int = SIZE) -> Sample:
    """Of a project so many test images, evenly over the set; else its examples."""
    if exhibit.made is None:
        examples = exhibit.examples
        indices = np.array(examples.indices or range(len(examples.inputs)), np.int64)
        return Sample(examples.inputs, _see(exhibit), indices, examples.labels)
    test = exhibit.made.dataset.test
    count = min(size, len(test.images))
    indices = np.linspace(0, len(test.images) - 1, count).round().astype(np.int64)
    graph = read_tflite(exhibit.content)
    scaling = exhibit.made.project.model.input_scaling
    image = graph.tensors[graph.inputs[0]]
    rows = model_inputs(image, test.images[indices], scaling)
    return Sample(rows, test.images[indices], indices, test.labels[indices])


def _see(exhibit: Exhibit) -> NDArray[np.uint8] | None:
    """The examples as pictures; None of what is none, or was made by chance."""
    examples = exhibit.examples
    if examples.images is not None or examples.indices is None:
        return examples.images
    entry = find_entry(read_tflite(exhibit.content))
    return entry.to_pixels(examples.inputs) if entry else None


def run_batches(
    exhibit: Exhibit, graph: Graph, sample: Sample
) -> Iterator[tuple[slice, Tensors]]:
    """What the reference computes on its way for all images, some at a time."""
    one = sum(graph.tensors[t].bytes for op in graph.ops for t in op.outputs)
    step = max(1, _BATCH_BYTES // max(one, 1))
    run = partial(run_isolated, reference=exhibit.numerics)
    for start in range(0, len(sample.rows), step):
        part = slice(start, min(start + step, len(sample.rows)))
        rows = np.ascontiguousarray(sample.rows[part])
        yield part, run_every_tensor(exhibit.content, graph, rows, run)

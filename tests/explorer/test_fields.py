"""Receptive fields: what the page marks is what the reference's numbers depend on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.compiler.models import residual_model
from tests.explorer.exhibits import inception_model, lenet_model
from tests.explorer.typescript import call_page
from tests.harness.mistaken import run_reference
from tinycnn.compiler import read_tflite
from tinycnn.explorer import compile_for_explorer
from tinycnn.reference.every_tensor import run_every_tensor

pytestmark = pytest.mark.external
BASES = 4  # pictures of which each pixel is changed, to the least and the greatest
MODELS: dict[str, Callable[[], bytes]] = {
    "lenet": lenet_model,
    "residual": residual_model,
    "inception": inception_model,
}


@pytest.mark.parametrize("name", MODELS)
def test_a_field_is_what_counts(name: str) -> None:
    """No pixel outside it changes the number, and its corners do, in some picture."""
    model = MODELS[name]()
    graph = read_tflite(model)
    _, rows, columns, channels = graph.tensors[graph.inputs[0]].shape
    document = compile_for_explorer(model, variants=()).document
    seen = call_page("network/fields.ts", document)
    changed = find_influence(model, (rows, columns, channels))
    reached = total = 0
    for tensor, pixels in changed.items():
        for field, counts in zip(seen[f"t{tensor}"], pixels, strict=True):
            inside = np.zeros((rows, columns), bool)
            if field is None:  # of a border alone
                assert not counts.any()
                continue
            top, bottom, left, right = field
            inside[top : bottom + 1, left : right + 1] = True
            assert not (counts & ~inside).any()
            found = np.argwhere(counts)
            total += 1
            reached += len(found) > 0 and (
                [*found.min(0), *found.max(0)] == [top, left, bottom, right]
            )
    assert reached >= 0.6 * total  # a ReLU hides some, in each of the pictures


def find_influence(
    model: bytes, shape: tuple[int, int, int]
) -> dict[int, NDArray[np.bool_]]:
    """Which pixels change which numbers, by tensor: (values, rows, columns)."""
    rows, columns, _ = shape
    graph, rng = read_tflite(model), np.random.default_rng(9)
    found: dict[int, NDArray[np.bool_]] = {}
    for _ in range(BASES):
        base = rng.integers(-128, 128, shape).astype(np.int8)
        fed = np.repeat(base[None], 1 + 2 * rows * columns, axis=0)
        for pixel in range(rows * columns):
            for which, value in enumerate((-128, 127)):
                fed[1 + 2 * pixel + which, pixel // columns, pixel % columns] = value
        tensors = run_every_tensor(
            model,
            graph,
            as_bytes(fed, graph.tensors[graph.inputs[0]].dtype),
            lambda data, more: run_reference(data, "litert", more),
        )
        for tensor, values in tensors.items():
            if tensor in graph.inputs:
                continue
            flat = values.reshape(len(fed), -1)
            differs = (flat[1:] != flat[0]).reshape(rows, columns, 2, -1).any(axis=2)
            now = np.moveaxis(differs, -1, 0)
            found[tensor] = now | found.get(tensor, np.zeros_like(now))
    return found


def as_bytes(images: NDArray[np.int8], dtype: str) -> NDArray[np.int8]:
    """One row an image, of real numbers from 0 to 1 where the model takes such."""
    rows = images.reshape(len(images), -1)
    if dtype == "float32":
        rows = ((rows.astype(np.float32) + 128) / 255).view(np.int8)
    return rows

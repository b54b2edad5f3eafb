"""What eight bits and three values make of a network, as the page is told."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.compiler.tflite_builder import ModelBuilder
from tests.explorer.exhibits import joined_model, lenet_model, make_exhibit
from tests.explorer.floats import run_in_floats, widen
from tests.harness.mistaken import run_reference
from tests.observer import Log
from tinycnn.compiler import QuantParams, Tensor, read_tflite
from tinycnn.explorer import Exhibit
from tinycnn.explorer.examples import Examples
from tinycnn.explorer.learned.gather import gather_learned
from tinycnn.explorer.learned.real import RealNetwork
from tinycnn.explorer.learned.real.layer import to_real
from tinycnn.explorer.learned.ternary import round_to_three
from tinycnn.explorer.learned.weights import match_floats
from tinycnn.reference.every_tensor import run_every_tensor


def _tell(model: bytes) -> dict[str, Any]:
    return dict(json.loads(gather_learned(make_exhibit(model), Log())["learned"]))


def test_errors_are_those_against_tflites_floats() -> None:
    """Signal to error of each tensor, by TFLite's own float and int8 kernels."""
    model = widen(lenet_model())
    told, exhibit, graph = _tell(model), make_exhibit(model), read_tflite(model)
    rows = exhibit.examples.inputs
    images = (rows.astype(np.float32) + 128) / np.float32(255)
    floats = run_in_floats(model, images.reshape(-1, 12, 12, 1))

    def run(model: bytes, rows: NDArray[np.int8]) -> NDArray[np.int8]:
        found = np.asarray(run_reference(model, "litert", rows)).view(np.int8)
        return found.reshape(len(rows), -1)

    int8 = run_every_tensor(model, graph, rows, run)
    assert told["errors"]["images"] == len(rows) == 12
    for tensor, real in floats.items():
        held = to_real(graph.tensors[tensor], int8[tensor]).reshape(real.shape)
        ratio = (real.astype(np.float64) ** 2).sum() / ((real - held) ** 2).sum()
        so_far, own = told["errors"]["tensors"][f"t{tensor}"]
        assert so_far == pytest.approx(10 * math.log10(ratio), abs=0.06)
        kind = next(op.kind for op in graph.ops if tensor in op.outputs)
        assert (own is None) == (kind in ("MAX_POOL_2D", "RESHAPE"))
        assert own is None or own >= so_far - 0.5


def test_a_tensor_whose_first_dimension_is_its_own() -> None:
    """Numbers without a dimension that counts inputs: told, without their errors."""
    b = ModelBuilder()
    x = b.tensor((16,), scale=0.1)
    y = b.tensor((16,), scale=1 / 256, zero_point=-128)
    b.op("LOGISTIC", [x], [y])
    model = b.build([x], [y])
    rows = np.arange(48, dtype=np.int8).reshape(3, 16)
    outputs = np.asarray(run_reference(model, "litert", rows)).view(np.int8)
    scores = np.zeros((3, 16))
    examples = Examples(rows, outputs.reshape(3, -1), "rows", "regression", scores)
    exhibit = Exhibit("row", model, "litert", examples)
    told = json.loads(gather_learned(exhibit, Log())["learned"])
    assert sum(told["spread"][f"t{y}"]) == rows.size
    assert told["errors"]["tensors"] == {}


def test_three_values_are_those_of_the_paper() -> None:
    """Above 0.7 of the mean size, the mean of what is above; a column an output."""
    weights = np.array([[1.0, -4.0], [-8.0, 0.1], [0.5, 2.0], [6.0, -3.0]])
    expected = [[0, -3], [-7, 0], [0, 3], [7, -3]]
    assert round_to_three(weights).tolist() == expected
    assert round_to_three(np.zeros((3, 2))).tolist() == np.zeros((3, 2)).tolist()


def test_three_values_spare_the_first_and_the_last_layer() -> None:
    """Answers are those of a file whose inner weights have three values."""
    model = lenet_model()
    graph = read_tflite(model)
    images = np.random.default_rng(2).uniform(0, 1, (4, 12, 12, 1)).astype(np.float32)
    linear = [op for op in graph.ops if len(op.inputs) == 3]
    inner = linear[1].inputs[1]
    tensor = graph.tensors[inner]
    assert tensor.data is not None
    flat = to_real(tensor, tensor.data).reshape(len(tensor.data), -1).T
    three = round_to_three(flat).T.reshape(tensor.shape)
    changed = replace(tensor, data=three, dtype="float32", quant=tensor.quant)
    tensors = tuple(changed if t.id == inner else t for t in graph.tensors)
    other = RealNetwork.of(replace(graph, tensors=tensors))
    mine = RealNetwork.of(graph, reweigh=round_to_three)
    given, output = {graph.inputs[0]: images}, graph.outputs[0]
    found = mine.run(given)[output]
    assert found == pytest.approx(other.run(given)[output], abs=1e-5)
    assert not np.allclose(found, RealNetwork.of(graph).run(given)[output])


def test_accuracies_are_told_where_labels_are_known() -> None:
    """Of int8 it is that of the answers; without labels nothing is told."""
    exhibit = make_exhibit(joined_model())
    told = json.loads(gather_learned(exhibit, Log())["learned"])
    answers = exhibit.examples.outputs.argmax(axis=1)
    right = float((answers == exhibit.examples.labels).mean())
    assert told["ternary"]["int8"] == pytest.approx(right)
    assert told["ternary"]["images"] == 12
    blind = replace(exhibit, examples=replace(exhibit.examples, labels=None))
    assert json.loads(gather_learned(blind, Log())["learned"])["ternary"] is None


def test_weights_are_counted() -> None:
    """All of a layer, in each arithmetic; a lone file has no real numbers."""
    told = _tell(joined_model())["weights"]
    assert [sum(layer["int8"]) for layer in told] == [12, 36, 32]
    assert [sum(layer["ternary"]) for layer in told] == [12, 36, 32]
    assert {layer["float"] for layer in told} == {None}
    for layer in told:
        middle = layer["ternary"][len(layer["ternary"]) // 2]
        assert middle / sum(layer["ternary"]) == pytest.approx(layer["zeros"])


def _quantized() -> Iterator[tuple[NDArray[np.float32], Tensor]]:
    """Weights as training has them, and as the file does: the three kinds."""
    rng = np.random.default_rng(5)
    for shape, order, axis in (
        ((3, 3, 2, 4), (3, 0, 1, 2), 0),
        ((3, 3, 4, 1), (3, 0, 1, 2), 3),
        ((8, 4), (1, 0), 0),
    ):
        real = rng.normal(0, 1, shape).astype(np.float32)
        there = real.transpose(order)
        axes = tuple(i for i in range(there.ndim) if i != axis)
        scale = (np.abs(there).max(axis=axes, keepdims=True) / 127).astype(np.float32)
        held = np.rint(there / scale).astype(np.int8)
        scales = tuple(scale.ravel().tolist())
        quant = QuantParams(scales, (0,) * len(scales), axis)
        yield real, Tensor(1, "weights", held.shape, "int8", quant, held)


def test_real_weights_are_known_by_what_they_round_to() -> None:
    """In any order; those of another training are not shown."""
    pairs = list(_quantized())
    floats = [real for real, _ in reversed(pairs)]
    found = list(match_floats(floats, [tensor for _, tensor in pairs]))
    for (real, _), match in zip(pairs, found, strict=True):
        assert match is not None
        assert match.tolist() == real.tolist()
    others = [real * np.float32(1.1) for real in floats]
    assert [*match_floats(others, [t for _, t in pairs])] == [None] * 3

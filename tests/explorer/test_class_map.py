"""Where the last maps speak for a class: the mean of a map is the class's score."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.compiler.models import add_conv, residual_model
from tests.compiler.tflite_builder import ModelBuilder
from tests.explorer.exhibits import lenet_model, make_exhibit
from tests.explorer.typescript import call_page
from tests.harness.mistaken import run_reference
from tinycnn.compiler import read_tflite
from tinycnn.explorer.compile import compile_for_explorer
from tinycnn.explorer.learned.dreams.targets import scores_behind
from tinycnn.explorer.learned.real import RealNetwork
from tinycnn.explorer.learned.real.layer import to_real
from tinycnn.reference.every_tensor import run_every_tensor

pytestmark = pytest.mark.external


def tanh_model() -> bytes:
    """Convolution, tanh of two dense layers with another between."""
    b, x, y = _begin()
    y = _dense(b, _flat(b, y), 256, 12, scale=0.02)
    y = _apply(b, "TANH", y, 12, scale=1 / 128)
    y = _dense(b, y, 12, 8, scale=0.03)
    y = _apply(b, "LOGISTIC", y, 8, scale=1 / 256, zero_point=-128)
    return b.build([x], [_dense(b, y, 8, 5, scale=0.01)])


def padded_model() -> bytes:
    """A pool of overlapping windows that reach over the border; a cut-off layer."""
    b, x, y = _begin()
    pooled = b.tensor((1, 4, 4, 4), scale=0.02, zero_point=-128)
    window = {"filterHeight": 3, "filterWidth": 3, "strideH": 2, "strideW": 2}
    b.op("MAX_POOL_2D", [y], [pooled], padding=0, **window)
    half = b.tensor((1, 2, 2, 4), scale=0.02, zero_point=-128)
    b.op("AVERAGE_POOL_2D", [pooled], [half], padding=0, **window)
    y = _dense(b, _flat(b, half, 16), 16, 20, scale=0.02, activation=1)
    return b.build([x], [_dense(b, y, 20, 5, scale=0.02)])


def dense_model() -> bytes:
    """Pixels to scores."""
    b = ModelBuilder()
    x = b.tensor((1, 8, 8, 1), scale=1 / 255, zero_point=-128)
    return b.build([x], [_dense(b, _flat(b, x, 64), 64, 5, scale=0.1)])


def gelu_model() -> bytes:
    """A function whose slope the page does not know, before the last layer."""
    b, x, y = _begin()
    y = _dense(b, _flat(b, y), 256, 12, scale=0.02)
    y = _apply(b, "GELU", y, 12, scale=0.0213)
    return b.build([x], [_dense(b, y, 12, 5, scale=0.02)])


def _begin() -> tuple[ModelBuilder, int, int]:
    b = ModelBuilder()
    x = b.tensor((1, 8, 8, 1), scale=1 / 255, zero_point=-128)
    return b, x, add_conv(b, x, (4, 3, 3, 1), (1, 8, 8, 4), seed=6)


def _flat(b: ModelBuilder, x: int, size: int = 256) -> int:
    scale = 1 / 255 if size == 64 else 0.02
    y = b.tensor((1, size), scale=scale, zero_point=-128)
    b.op("RESHAPE", [x, b.tensor((2,), "int32", data=np.array([1, size], "i4"))], [y])
    return y


def _dense(
    b: ModelBuilder, x: int, inputs: int, outputs: int, *, scale: float, **options: int
) -> int:
    data = np.random.default_rng(inputs).integers(-127, 128, (outputs, inputs), np.int8)
    weights = b.tensor((outputs, inputs), scale=0.002, data=data)
    cut = {"fusedActivationFunction": options.get("activation", 0)}
    y = b.tensor((1, outputs), scale=scale, zero_point=-128 if any(options) else 0)
    b.op("FULLY_CONNECTED", [x, weights], [y], **cut)
    return y


def _apply(
    b: ModelBuilder, kind: str, x: int, size: int, *, scale: float, zero_point: int = 0
) -> int:
    y = b.tensor((1, size), scale=scale, zero_point=zero_point)
    b.op(kind, [x], [y])
    return y


def test_a_score_is_the_mean_of_its_map() -> None:
    """The maps are the reference's; its own means and scores are rounded, and end."""
    model = residual_model()
    exhibit, graph = make_exhibit(model, count=3), read_tflite(model)
    dense = next(op for op in graph.ops if op.kind == "FULLY_CONNECTED")
    averaging = next(op for op in graph.ops if op.outputs[0] == dense.inputs[0])
    maps, means, weights, scores = (
        graph.tensors[i]
        for i in (averaging.inputs[0], *dense.inputs[:2], *dense.outputs)
    )
    assert weights.data is not None
    added = weights.data.astype(int) * means.scale * weights.scale / scores.scale
    tensors = run_every_tensor(model, graph, exhibit.examples.inputs, _run)
    centred = tensors[maps.id][:, 0] - float(maps.zero_point)
    exact = centred.mean(axis=(1, 2)) * maps.scale
    steps = exact / means.scale + means.zero_point
    lost = np.maximum(0.51, steps - 126.5)  # by rounding, or beyond the last step
    for i, said in enumerate(_call(model, exhibit.examples.inputs)):
        assert said["tensor"] == f"t{scores.id}"
        assert said["scores"] == tensors[scores.id][i, 0].tolist()
        for channel, found in enumerate(said["maps"]):
            assert found["cells"] == {"rows": 4, "columns": 3, "channels": 8}
            mean, weight = np.mean(found["values"]), added[channel]
            assert mean == pytest.approx(weight @ exact[i] / means.scale, rel=1e-4)
            score = said["scores"][channel] - said["zero"]
            kept = np.clip(mean, -128 - said["zero"], 127 - said["zero"])
            assert abs(kept - score) <= np.abs(weight) @ lost[i] + 0.51


def _run(model: bytes, rows: NDArray[np.int8]) -> NDArray[np.int8]:
    found = np.asarray(run_reference(model, "litert", rows)).view(np.int8)
    return found.reshape(len(rows), -1)


def _call(model: bytes, rows: NDArray[np.int8]) -> list[dict[str, Any]]:
    compiled = compile_for_explorer(model, variants=("mvp",))
    said = {
        "model": compiled.document,
        "module": base64.b64encode(compiled.modules["mvp"]).decode(),
        "inputs": rows.view(np.uint8).tolist(),
    }
    return list(call_page("learned/class_map_call.ts", said))


@pytest.mark.parametrize("make", [lenet_model, tanh_model, padded_model])
def test_other_networks_go_by_slopes(make: Callable[[], bytes]) -> None:
    """Those that the network in real numbers has, from the same int8 values."""
    model = make()
    rows, graph = make_exhibit(model, count=4).examples.inputs, read_tflite(model)
    maps = next(op for op in reversed(graph.ops) if op.kind == "CONV_2D").outputs[0]
    tensors = run_every_tensor(model, graph, rows, _run)
    real = {
        i: to_real(graph.tensors[i], values).reshape(4, *graph.tensors[i].shape[1:])
        for i, values in tensors.items()
    }
    behind = RealNetwork.of(graph, dtype=np.float64).since(maps)
    for op in graph.ops:  # what only passes numbers on cuts none off
        if op.kind != "FULLY_CONNECTED":
            behind = behind.without_limits(op.outputs[0])
    for i, said in enumerate(_call(model, rows)):
        scores = graph.tensors[int(said["tensor"][1:])]
        one = {tensor: values[i : i + 1] for tensor, values in real.items()}
        for channel, found in enumerate(said["maps"]):
            wish = np.eye(scores.size)[channel].reshape(1, *scores.shape[1:])
            back = behind.pull_back(one, scores.id, wish)[maps]
            counted = one[maps] * back.sum(axis=(1, 2), keepdims=True)
            expected = counted.sum(axis=-1).ravel() / scores.scale
            assert found["values"] == pytest.approx(expected, rel=1e-4, abs=1e-4)
            assert not found["isSplit"]
        assert np.ptp([found["values"] for found in said["maps"]]) > 1


def test_scores_lie_behind_the_class_that_is_told() -> None:
    """A network that ends with the place of its largest score."""
    b, x, y = _begin()
    scores = _dense(b, _flat(b, y), 256, 5, scale=0.02)
    place = b.tensor((1,), "int32")
    axis = b.tensor((1,), "int32", data=np.array([1], np.int32))
    b.op("ARG_MAX", [scores, axis], [place], outputType=2)
    model = b.build([x], [place])
    rows = make_exhibit(model, count=2).examples.inputs
    assert scores_behind(read_tflite(model)) == scores
    for said in _call(model, rows):
        assert said["tensor"] == f"t{scores}"
        assert len(said["maps"]) == 5


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (dense_model, "it has no maps"),
        (gelu_model, "how GELU passes on a change is not known here"),
    ],
)
def test_why_a_network_has_none_is_said(make: Callable[[], bytes], why: str) -> None:
    """No maps, or something between them and the score."""
    rows = make_exhibit(make(), count=1).examples.inputs
    assert _call(make(), rows)[0]["maps"] == [{"missing": why}] * 5

"""The network in real numbers: near to int8, equal to TFLite's floats, right slopes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.compiler.cases import CASES, draw_rows
from tests.compiler.models import residual_model
from tests.conftest import require_module
from tests.explorer.exhibits import inception_model, joined_model, lenet_model
from tests.explorer.floats import run_in_floats, widen
from tests.harness.mistaken import run_reference
from tinycnn.compiler import Graph, read_tflite
from tinycnn.explorer.learned.real import RealNetwork
from tinycnn.explorer.learned.real.layer import to_real
from tinycnn.explorer.learned.real.rules import LINEAR, RULES
from tinycnn.reference.every_tensor import Tensors, run_every_tensor

KINDS = sorted({*RULES, *LINEAR})
SEEDS = 40
# Steps of the output. The reference rounds it once or twice, half a step each; a sum or
# a product of two also rounds what it takes; functions are tables or of few bits.
STEPS = {"HARD_SWISH": 2.5}
NETWORKS = {
    "lenet": lenet_model,
    "inception": inception_model,
    "joined": joined_model,
    "residual": residual_model,
}


def _run_int8(
    model: bytes, graph: Graph, rows: NDArray[np.int8], reference: str
) -> Tensors:
    def run(model: bytes, rows: NDArray[np.int8]) -> NDArray[np.int8]:
        found = np.asarray(run_reference(model, reference, rows)).view(np.int8)
        return found.reshape(len(rows), -1)

    return run_every_tensor(model, graph, rows, run)


def _given(graph: Graph, int8: Tensors) -> dict[int, NDArray[Any]]:
    """The inputs as real numbers, without the dimension that is 1."""
    return {
        i: to_real(graph.tensors[i], int8[i]).reshape(-1, *graph.tensors[i].shape[1:])
        for i in graph.inputs
    }


@pytest.mark.parametrize("kind", KINDS)
def test_each_operator_is_as_near_as_rounding_allows(kind: str) -> None:
    """The reference's int8 output, dequantized, is a step away at most."""
    compared, reference = 0, "tflm" if kind in ("ELU", "SUM") else "litert"
    if reference == "tflm":  # LiteRT has none of int8, or a wrong one
        require_module("tflite_micro")
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        model = CASES[kind](rng)
        graph = read_tflite(model)
        network = RealNetwork.of(graph, dtype=np.float64)
        output = graph.tensors[graph.outputs[0]]
        if output.id not in network.tensors or output.dtype != "int8":
            continue
        rows = draw_rows(rng, [graph.tensors[i] for i in graph.inputs], 4)
        int8 = _run_int8(model, graph, rows, reference)
        found = network.run(_given(graph, int8))[output.id]
        expected = to_real(output, int8[output.id]).reshape(found.shape)
        error = np.abs(found - expected).max() / output.scale
        assert error <= STEPS.get(kind, 1.01), f"{kind} seed {seed}"
        compared += 1
        if compared == 8:
            break
    assert compared or kind == "DEQUANTIZE"  # which gives no int8


@pytest.mark.parametrize("kind", KINDS)
def test_each_slope_is_that_of_small_steps(kind: str) -> None:
    """Of random numbers, of random weights of the output: central differences."""
    compared = 0
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        graph = read_tflite(CASES[kind](rng))
        network = RealNetwork.of(graph, dtype=np.float64)
        output = graph.tensors[graph.outputs[0]]
        inputs = [graph.tensors[i] for i in graph.inputs]
        if output.id not in network.tensors or any(t.size > 4000 for t in inputs):
            continue
        given = {t.id: rng.normal(0, 2, (2, *t.shape[1:])) for t in inputs}
        _check_slopes(network, given, output.id, rng)
        compared += 1
        if compared == 4:
            break
    assert compared


@pytest.mark.parametrize("name", NETWORKS)
def test_a_whole_network_has_the_slopes(name: str) -> None:
    """Down to the image, through branches too; and a sign that is wrong is seen."""
    graph = read_tflite(NETWORKS[name]())
    network = RealNetwork.of(graph, dtype=np.float64)
    assert network.unknown == ()
    rng = np.random.default_rng(3)
    shape = (2, *graph.tensors[graph.inputs[0]].shape[1:])
    given = {graph.inputs[0]: rng.uniform(0, 1, shape)}
    _check_slopes(network, given, graph.ops[-2].inputs[0], rng)


def _check_slopes(
    network: RealNetwork,
    given: dict[int, NDArray[Any]],
    tensor: int,
    rng: np.random.Generator,
) -> None:
    """Along one random direction; the last operator's limits are no part of it."""
    step = next(s for s in network.steps if s.tensor == tensor)
    free = network.without_limits(tensor)
    values = free.run(given, until=tensor)
    wish = rng.normal(size=values[tensor].shape)
    back = free.pull_back(values, tensor, wish)
    size, ways = 1e-6, {i: rng.normal(size=x.shape) for i, x in given.items()}

    def wished(sign: float) -> float:
        moved = {i: x + sign * size * ways[i] for i, x in given.items()}
        return float((free.run(moved, until=tensor)[tensor] * wish).sum())

    expected = (wished(1) - wished(-1)) / (2 * size)
    found = sum(float((back[i] * ways[i]).sum()) for i in given)
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-5), step.layer


@pytest.mark.parametrize("name", ["lenet", "inception", "joined"])
def test_a_network_equals_that_of_floats(name: str) -> None:
    """TFLite's float kernels with the same weights give the same numbers.

    To the sixth digit, as sums of floats depend on their order.
    """
    model = widen(NETWORKS[name]())
    graph = read_tflite(model)
    shape = graph.tensors[graph.inputs[0]].shape[1:]
    images = np.random.default_rng(1).uniform(0, 1, (3, *shape)).astype(np.float32)
    network = RealNetwork.of(graph)
    found = network.run({graph.inputs[0]: images})
    for tensor, values in run_in_floats(model, images).items():
        limits = to_real(graph.tensors[tensor], np.array([-128, 127]))
        expected = np.clip(values, *limits)
        assert found[tensor] == pytest.approx(expected, rel=1e-5, abs=1e-5)

"""Quantized ONNX networks give onnxruntime's integers, but for rounding."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from tests.compiler.equality import EQUAL, compare_model
from tests.compiler.executor import Executor, build_executor
from tests.imports.qdq.networks import (
    INT8,
    NETWORKS,
    UINT8,
    Builder,
    inputs_of,
    quantized,
)
from tinycnn.compiler import Graph, read_tflite
from tinycnn.imports import Imported, Source, Wishes, read_source
from tinycnn.imports.qdq.comparing import compare_parts
from tinycnn.imports.qdq.reading import load_onnx, read_network
from tinycnn.imports.qdq.route import draw_integers
from tinycnn.imports.qdq.translate import Translation, translate
from tinycnn.reference import LOADERS, Reference
from tinycnn.reference.interpreters import IDENTIFIERS

# How far from the real number an integer may be: what a double rounding adds to a half.
_ROUNDED = 0.53
# These round between, on a grid of LiteRT's own or of their input.
_TWICE = {
    "Softmax",
    "Sigmoid",
    "Tanh",
    "AveragePool",
    "GlobalAveragePool",
    "ReduceMean",
}
_TWICE |= {"LeakyRelu", "Concat"}
FORMS = [(INT8, True), (INT8, False), (UINT8, True), (UINT8, False)]


def take(builder: Builder, folder: Path, **how: Any) -> tuple[Any, Translation]:
    """The ONNX model of a network, and the file that it becomes."""
    data = quantized(builder, folder, **how)
    model = load_onnx(Source("net.onnx", data, folder / "net.onnx"))
    return model, translate(read_network(model))


def import_file(data: bytes) -> Imported:
    """What the routes make of a file."""
    return read_source(Source("net.onnx", data), Wishes())


@pytest.fixture(scope="module")
def executor(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Executor:
    """All kernels as a shared library."""
    cache = getattr(pytestconfig, "cache", None)
    folder = cache.mkdir("kernels") if cache else tmp_path_factory.mktemp("kernels")
    return build_executor(Path(folder))


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(("activations", "per_channel"), FORMS)
def test_each_operator_differs_by_rounding_alone(
    name: str, activations: Any, per_channel: bool, tmp_path: Path
) -> None:
    """By a step at most, where the real number is between two integers."""
    model, found = take(
        NETWORKS[name](), tmp_path, activations=activations, per_channel=per_channel
    )

    parts = compare_parts(model, found, draw_integers(found, 8))

    assert len(parts) > 5
    for part in parts:
        assert part.difference.most <= 1, part
        limit = 1.05 if part.kind in _TWICE else _ROUNDED
        assert part.farthest < limit, part
    unlike = sum(part.difference.unlike for part in parts)
    assert unlike < 0.04 * sum(part.difference.count for part in parts)


@pytest.mark.parametrize("name", NETWORKS)
def test_our_c_gives_the_bytes_of_litert(
    name: str, executor: Executor, tmp_path: Path
) -> None:
    """For the file, whatever ONNX says."""
    _, found = take(NETWORKS[name](), tmp_path)

    rng = np.random.default_rng(0)

    assert compare_model(found.content, rng, executor, "litert") == EQUAL


@pytest.mark.parametrize(
    ("name", "transposes"),
    [(name, 1 if name == "shuffled" else 0) for name in NETWORKS],
)
def test_no_number_is_moved_without_need(
    name: str, transposes: int, tmp_path: Path
) -> None:
    """Weights are, instead; channels that are shuffled must be."""
    _, found = take(NETWORKS[name](), tmp_path)

    kinds = Counter(op.kind for op in read_tflite(found.content).ops)

    assert (found.transposes, kinds["TRANSPOSE"]) == (transposes, transposes)


@pytest.mark.parametrize("activations", [INT8, UINT8])
def test_scales_and_zero_points_are_kept(activations: Any, tmp_path: Path) -> None:
    """Those of activations are in the file to the last bit, uint8 shifted by 128."""
    model, found = take(NETWORKS["residual"](), tmp_path, activations=activations)
    values = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    shift = 128 if activations == UINT8 else 0

    wanted = {
        (float(values[node.input[1]]), int(values[node.input[2]]) - shift)
        for node in model.graph.node
        if node.op_type == "QuantizeLinear"
    }

    graph = read_tflite(found.content)
    given = {
        (t.scale, t.zero_point)
        for t in graph.tensors
        if t.dtype == "int8" and t.data is None
    }
    assert given == wanted


def test_a_batch_of_answers_is_that_of_onnxruntime(tmp_path: Path) -> None:
    """Nearly all outputs are a step away at most, over the whole network."""
    data = quantized(NETWORKS["flat"](), tmp_path)
    imported = import_file(data)
    rows = inputs_of((1, 1, 20, 12), 64)
    graph = read_tflite(imported.content)
    x, y = (graph.tensors[ids[0]] for ids in (graph.inputs, graph.outputs))
    nhwc = rows.transpose(0, 2, 3, 1)
    integers = np.clip(np.rint(nhwc / x.scale) + x.zero_point, -128, 127)
    reference = Reference(IDENTIFIERS["litert"](), LOADERS["litert"](imported.content))

    given = reference.run(integers.astype(np.int8))

    session = onnxruntime.InferenceSession(data)
    wanted = np.concatenate([session.run(None, {"image": r[None]})[0] for r in rows])
    assert imported.run is not None
    assert np.array_equal(imported.run(nhwc), wanted)
    steps = np.abs(given - np.rint(wanted / np.float32(y.scale)) - y.zero_point)
    assert np.mean(steps <= 1) > 0.8
    assert steps.max() <= 4


def test_the_same_network_in_the_other_format_becomes_the_same(tmp_path: Path) -> None:
    """QLinearConv and its kin say what QuantizeLinear and DequantizeLinear say."""
    from onnxruntime.quantization import QuantFormat

    for name in ("residual", "sequence", "shuffled", "nhwc"):
        builder = NETWORKS[name]
        model, found = take(builder(), tmp_path, form=QuantFormat.QOperator)

        parts = compare_parts(model, found, draw_integers(found, 8))

        assert max(part.difference.most for part in parts) <= 1
        kinds = [op.kind for op in read_tflite(found.content).ops]
        _, other = take(builder(), tmp_path)
        assert Counter(kinds)["CONV_2D"] == _count(other, "CONV_2D")


@pytest.mark.parametrize(
    ("opset", "extra"),
    [
        (15, {}),
        (21, {}),
        (17, {"AddQDQPairToWeight": True}),
        (17, {"ActivationSymmetric": True}),
        (17, {"QuantizeBias": False, "DedicatedQDQPair": True}),
    ],
)
def test_other_ways_to_say_the_same_are_read(
    opset: int, extra: dict[str, Any], tmp_path: Path
) -> None:
    """Versions of ONNX, weights in real numbers, a Relu that remains, a float bias."""
    model, found = take(NETWORKS["gates"](), tmp_path, opset=opset, extra=extra)

    parts = compare_parts(model, found, draw_integers(found, 4))

    assert max(part.difference.most for part in parts) == 1


def _count(found: Translation, kind: str) -> int:
    graph: Graph = read_tflite(found.content)
    return sum(op.kind == kind for op in graph.ops)


def test_what_is_said_counts_the_differences(tmp_path: Path) -> None:
    """Of each operator, from the same integers."""
    imported = import_file(quantized(NETWORKS["residual"](), tmp_path))

    assert imported.said[0].startswith("a quantized ONNX model: ")
    assert imported.said[1].startswith(
        "each operator beside onnxruntime's, of the same integers: 34,256 results, "
    )
    assert imported.said[1].endswith(" differ, by at most a step")
    assert "(a tie is 0.5): Conv 0.50" in imported.said[2]

"""What a quantized ONNX file cannot be taken with is named, with its node."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.cli.command import tinycnn
from tests.imports.qdq.networks import INT8, NETWORKS, Builder, quantized
from tests.imports.test_int8 import save_images
from tinycnn.errors import InvalidModelError, ModelError, UnsupportedModelError
from tinycnn.imports import Source, Wishes, read_source


def refusal_of(data: bytes) -> UnsupportedModelError:
    """What a file is refused with."""
    with pytest.raises(UnsupportedModelError) as caught:
        read_source(Source("net.onnx", data), Wishes())
    return caught.value


def small() -> Builder:
    """One convolution of two groups of operators."""
    net = Builder()
    net.conv(4, 3)
    net.add("Relu")
    return net


def test_a_result_in_real_numbers_is_refused(tmp_path: Path) -> None:
    """That of an operator which onnxruntime did not quantize."""
    net = small()
    net.add("Erf")
    net.conv(4, 4)

    refusal = refusal_of(quantized(net, tmp_path))

    assert str(refusal) == (
        "net.onnx: node 'erf_2' (Erf): an operator that cannot be taken from a "
        "quantized ONNX file"
    )
    assert "import the float ONNX file" in str(refusal.hint)


def test_a_network_that_is_quantized_in_part_is_refused(tmp_path: Path) -> None:
    """At the first result that goes on in real numbers."""
    net = small()
    net.conv(4, 4)
    net.add("HardSwish")

    assert str(refusal_of(quantized(net, tmp_path))) == (
        "net.onnx: node 'hardswish_3' (HardSwish): expected QuantizeLinear behind it, "
        "got a result that goes on in real numbers"
    )


def _change(data: bytes, change: Callable[[Any], None]) -> bytes:
    model = onnx.load_model_from_string(data)
    change(model)
    return bytes(model.SerializeToString())


def _open_rows(model: Any) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "rows"


def _batch_of_two(model: Any) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 2


def _unequal_weights(model: Any) -> None:
    for tensor in model.graph.initializer:
        if tensor.name.endswith("c0_zero_point"):
            values = numpy_helper.to_array(tensor)
            moved = numpy_helper.from_array(values + np.int8(3), tensor.name)
            tensor.CopyFrom(moved)


def _wide_activations(model: Any) -> None:
    for tensor in model.graph.initializer:
        if tensor.name == "image_zero_point":
            wide = numpy_helper.from_array(np.zeros((), np.int16), tensor.name)
            tensor.CopyFrom(wide)
    model.opset_import[0].version = 21
    model.ir_version = 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_open_rows, "input 'image': expected fixed sizes behind the batch, got"),
        (_batch_of_two, "input 'image': expected a batch of 1, got 2"),
        (_unequal_weights, "(Conv): expected weights with zero point 0, got 3"),
        (_wide_activations, "(QuantizeLinear): expected int8 or uint8 activations"),
    ],
)
def test_what_int8_cannot_say_is_refused(
    change: Callable[[Any], None], message: str, tmp_path: Path
) -> None:
    """In a line."""
    refusal = refusal_of(_change(quantized(small(), tmp_path), change))

    assert message in str(refusal)
    assert "\n" not in str(refusal)


def test_a_broken_file_is_called_broken(tmp_path: Path) -> None:
    """Not an operator that is missing."""

    def rename(model: Any) -> None:
        model.graph.node[-1].input[0] = "nothing"

    data = _change(quantized(small(), tmp_path), rename)

    with pytest.raises(InvalidModelError, match=r"net\.onnx: a broken ONNX file: "):
        read_source(Source("net.onnx", data), Wishes())


def _unequal_permutation(model: Any) -> None:
    for node in model.graph.node:
        if node.op_type == "Transpose":
            node.attribute[0].ints[:] = [0, 7, 1, 2]


def _other_channels(model: Any) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[3].dim_value = 5


@pytest.mark.parametrize("change", [_unequal_permutation, _other_channels])
def test_settings_that_contradict_are_no_fault_of_tinycnn(
    change: Callable[[Any], None], tmp_path: Path
) -> None:
    """They are told in a line, whoever finds them."""
    data = _change(quantized(NETWORKS["nhwc"](), tmp_path), change)

    with pytest.raises(ModelError) as caught:
        read_source(Source("net.onnx", data), Wishes())

    assert str(caught.value).startswith("net.onnx: ")
    assert "\n" not in str(caught.value)


def test_an_open_batch_is_one(tmp_path: Path) -> None:
    """As exporters leave it open."""

    def widen(model: Any) -> None:
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "batch"

    data = _change(quantized(small(), tmp_path), widen)

    assert read_source(Source("net.onnx", data), Wishes()).kind == "int8"


def test_shapes_that_the_graph_computes_are_constants(tmp_path: Path) -> None:
    """As PyTorch exports view(x.size(0), -1)."""
    net = small()
    x = net.name
    net.add("Shape")
    net.add("Gather", net.constant(0, np.int64), axis=0)
    rows = net.add("Unsqueeze", net.constant([0], np.int64))
    net.name = ""
    shape = net.add("Concat", rows, net.constant([-1], np.int64), axis=0)
    net.name = x
    net.add("Reshape", shape)
    net.gemm(3, 4 * 12 * 16)

    imported = read_source(Source("net.onnx", quantized(net, tmp_path)), Wishes())

    assert imported.kind == "int8"


def test_integers_at_the_border_are_taken(tmp_path: Path) -> None:
    """A network that takes and gives int8 has no QuantizeLinear there."""
    values = np.random.default_rng(0).integers(-90, 90, (4, 3, 3, 3)).astype(np.int8)
    constants = {
        "s": np.float32(0.02),
        "z": np.int8(3),
        "w": values,
        "ws": np.float32(0.01),
        "ys": np.float32(0.05),
        "yz": np.int8(-7),
    }
    nodes = [
        helper.make_node("DequantizeLinear", ["x", "s", "z"], ["xr"]),
        helper.make_node("DequantizeLinear", ["w", "ws"], ["wr"]),
        helper.make_node("Conv", ["xr", "wr"], ["yr"], pads=[1, 1, 1, 1]),
        helper.make_node("QuantizeLinear", ["yr", "ys", "yz"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.INT8, (1, 3, 8, 8))],
        [helper.make_tensor_value_info("y", TensorProto.INT8, (1, 4, 8, 8))],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)

    imported = read_source(Source("net.onnx", model.SerializeToString()), Wishes())

    assert imported.kind == "int8"
    assert imported.run is None


def test_it_becomes_a_project(tmp_path: Path) -> None:
    """By the command, with its accuracy in both."""
    data = quantized(NETWORKS["flat"](), tmp_path, activations=INT8)
    (tmp_path / "net.onnx").write_bytes(data)
    images = save_images(tmp_path / "data.npz", 3, (20, 12, 1))

    done = tinycnn(
        *("import", "net.onnx", "-o", "taken", "--data", images, "--pixels=-1..1"),
        cwd=tmp_path,
    )

    assert done.returncode == 0, done.stderr
    assert "each operator beside onnxruntime's" in done.stdout
    assert "accuracy before, real numbers: " in done.stdout
    assert (tmp_path / "taken/net.tflite").is_file()

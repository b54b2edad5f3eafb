from collections.abc import Callable

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.compiler.models import conv_model, residual_model
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import read_tflite
from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.errors import InvalidModelError, TinycnnError, UnsupportedModelError


def test_operators_and_options_are_read() -> None:
    """Kinds come in the file's order; SAME padding is resolved to pixels."""
    graph = read_tflite(residual_model())

    kinds = [op.kind for op in graph.ops]
    assert kinds[:4] == ["QUANTIZE", "PAD", "CONV_2D", "CONV_2D"]
    assert graph.ops[3].attrs == ConvAttrs(
        (1, 1), (1, 1), (1, 1, 1, 1), clamp=(-128, 127)
    )
    assert graph.tensors[graph.inputs[0]].shape == (1, 9, 7, 3)


@pytest.mark.parametrize("other", [0, schema.BuiltinOptions.MulOptions])
def test_options_of_another_type_are_none(other: int) -> None:
    """As TFLite takes them: a table of options without its type has no effect."""
    b = ModelBuilder()
    x, y = b.tensor((1, 4, 4, 1), scale=0.1), b.tensor((1, 4, 4, 1), scale=0.1)
    b.op("ADD", [x, x], [y], fusedActivationFunction=3)
    with_type = read_tflite(b.build([x], [y])).ops[0].attrs
    b.operators[0].builtinOptionsType = other
    without = read_tflite(b.build([x], [y])).ops[0].attrs

    assert with_type == ClampedAttrs(clamp=(0, 60))
    assert without == ClampedAttrs(clamp=(-128, 127))


def build_with(change: Callable[[ModelBuilder], tuple[list[int], list[int]]]) -> bytes:
    """A one-operator model after `change(builder)`, which returns (inputs, outputs)."""
    b = ModelBuilder()
    return b.build(*change(b))


def unsupported_operator(b: ModelBuilder) -> tuple[list[int], list[int]]:
    """An operator that exists but is not supported."""
    x, y = (b.tensor((1, 4), scale=0.1) for _ in "xy")
    b.op("SOFTMAX", [x], [y])
    b.codes[0].builtinCode = b.codes[0].deprecatedBuiltinCode = 27  # SVDF
    return [x], [y]


def unsupported_type(b: ModelBuilder) -> tuple[list[int], list[int]]:
    """A tensor of int16."""
    x, y = (b.tensor((1, 4), scale=0.1) for _ in "xy")
    b.tensors[x].type = schema.TensorType.INT16
    b.op("SOFTMAX", [x], [y])
    return [x], [y]


def unsupported_activation(b: ModelBuilder) -> tuple[list[int], list[int]]:
    """A fused activation that no kernel has."""
    ids = [b.tensor((1, 4), scale=0.1) for _ in range(3)]
    b.op("QUANTIZE", [ids[0]], [ids[1]])
    b.op("ADD", ids[:2], [ids[2]], fusedActivationFunction=4)
    return [ids[0]], [ids[2]]


def broadcast_add(b: ModelBuilder) -> tuple[list[int], list[int]]:
    """Two inputs of unequal shape."""
    x = b.tensor((1, 4), scale=0.1)
    other, y = b.tensor((1, 4), scale=0.2), b.tensor((1, 4), scale=0.2)
    b.op("QUANTIZE", [x], [other])
    b.tensors[other].shape = np.array([1, 4, 1], np.int32)
    b.op("ADD", [x, other], [y])
    return [x], [y]


def wrong_shape(b: ModelBuilder) -> tuple[list[int], list[int]]:
    """An output of another shape than its operator gives."""
    x, y = b.tensor((1, 4), scale=0.1), b.tensor((1, 5), scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [x], [y], beta=1.0)
    return [x], [y]


def read_before_written(b: ModelBuilder) -> tuple[list[int], list[int]]:
    """Operators in the wrong order."""
    ids = [b.tensor((1, 4), scale=0.1) for _ in range(3)]
    b.op("ADD", [ids[0], ids[1]], [ids[2]])
    b.op("QUANTIZE", [ids[0]], [ids[1]])
    return [ids[0]], [ids[2]]


def per_channel_activation(b: ModelBuilder) -> tuple[list[int], list[int]]:
    """An activation with a scale for each channel."""
    x = b.tensor((1, 4), scale=[0.1, 0.2, 0.3, 0.4], axis=1)
    y = b.tensor((1, 4), scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [x], [y], beta=1.0)
    return [x], [y]


def too_many_inputs(b: ModelBuilder) -> tuple[list[int], list[int]]:
    """A graph with nine inputs."""
    ids = [b.tensor((1, 4), scale=0.1) for _ in range(10)]
    b.op("ADD", ids[:2], [ids[9]])
    return ids[:9], [ids[9]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (unsupported_operator, r"op 0: operator SVDF is not supported \(tensor"),
        (unsupported_type, r"tensor 0 \('tensor_0'\): expected INT8, .* got INT16"),
        (unsupported_activation, "fused activation TANH is not supported"),
        (broadcast_add, "op 0 .*: expected an output of shape"),
        (wrong_shape, r"op 0 \(SOFTMAX 'tensor_1'\): expected an output of shape"),
        (read_before_written, "is read before it is written"),
        (per_channel_activation, "expected float32, or int8 or uint8 of one scale"),
        (too_many_inputs, "graph inputs: expected 1 to 8 different tensors"),
    ],
)
def test_what_is_not_supported_is_named(
    change: Callable[[ModelBuilder], tuple[list[int], list[int]]], message: str
) -> None:
    """The error names operator or tensor, and what is wrong with it."""
    with pytest.raises(TinycnnError, match=message):
        read_tflite(build_with(change))


def test_a_refused_operator_lists_the_supported_ones() -> None:
    """The hint says what the compiler can do."""
    with pytest.raises(UnsupportedModelError) as caught:
        read_tflite(build_with(unsupported_operator))

    assert "CONV_2D, DEPTHWISE_CONV_2D" in str(caught.value.hint)


def test_two_subgraphs_are_refused() -> None:
    """Control flow is outside what is compiled."""
    model = schema.ModelT.InitFromPackedBuf(conv_model())
    model.subgraphs.append(model.subgraphs[0])
    import flatbuffers

    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    with pytest.raises(UnsupportedModelError, match="expected one subgraph, got 2"):
        read_tflite(bytes(builder.Output()))


def test_data_of_a_wrong_size_is_refused() -> None:
    """A constant must have exactly its shape's bytes."""
    b = ModelBuilder()
    x = b.tensor((1, 4), scale=0.1)
    w = b.tensor((2, 4), scale=0.1, data=np.zeros((2, 3), np.int8))
    y = b.tensor((1, 2), scale=0.1)
    b.op("FULLY_CONNECTED", [x, w], [y])
    with pytest.raises(InvalidModelError, match="expected 8 bytes of data, got 6"):
        read_tflite(b.build([x], [y]))


@pytest.mark.parametrize("model", [conv_model(), residual_model()])
def test_truncated_files_are_refused(model: bytes) -> None:
    """Every file cut short is refused in one clear line, or is still whole."""
    for size in range(0, len(model) - 1, 7):
        with pytest.raises(TinycnnError):
            read_tflite(model[:size])


def test_mutants_are_refused_or_consistent() -> None:
    """Damaged bytes give an error of ours or a graph; never another exception."""
    model = residual_model()
    rng = np.random.default_rng(0)
    outcomes = {"refused": 0, "accepted": 0}
    for _ in range(2000):
        mutant = bytearray(model)
        for _ in range(rng.integers(1, 6)):
            mutant[rng.integers(len(mutant))] = rng.choice([0, 1, 127, 128, 255])
        try:
            read_tflite(bytes(mutant))
        except TinycnnError:
            outcomes["refused"] += 1
        else:
            outcomes["accepted"] += 1

    assert min(outcomes.values()) > 100

import pytest

from tests.compiler.passes.rewriting import Layers, check_same_outputs, kinds
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import read_tflite
from tinycnn.compiler.passes import remove_identities


def chain(zero_point=-128):
    """Layers on a small image."""
    return Layers(ModelBuilder(), (1, 4, 4, 2), zero_point)


def add_operator(layers, kind):
    """Add an operator that keeps the shape."""
    if kind == "PAD":
        layers.pad(0, 0, 0, 0)
    elif kind == "PADV2":
        layers.pad(0, 0, 0, 0, 5)
    elif kind.endswith("POOL_2D"):
        layers.pool(kind, size=1)
    else:
        layers.append(kind, [layers.tip], layers.shape())


KINDS = ("PAD", "PADV2", "MAX_POOL_2D", "AVERAGE_POOL_2D", "QUANTIZE", "RELU")


@pytest.mark.parametrize("kind", KINDS)
def test_operators_that_change_nothing_go(kind, executor):
    """Twice in a row, and read twice behind."""
    layers = chain()
    add_operator(layers, kind)
    add_operator(layers, kind)
    layers.add(layers.tip)
    graph = read_tflite(layers.build())
    rewritten = remove_identities(graph)

    check_same_outputs(graph, rewritten, executor)
    assert kinds(rewritten) == ["ADD"]
    assert rewritten.ops[0].inputs == (*graph.inputs, *graph.inputs)


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_operator_stays(kind):
    """Callers read its output's tensor."""
    layers = chain()
    add_operator(layers, kind)
    graph = read_tflite(layers.build())

    assert remove_identities(graph).ops == graph.ops


def test_what_changes_values_stays():
    """A window of two, a RELU above -128, another scale, a border."""
    layers = chain(zero_point=-5)
    layers.append("RELU", [layers.tip], layers.shape())
    layers.pool("MAX_POOL_2D", size=2)
    layers.pad(1, 0, 0, 0)
    x, shape = layers.tip, layers.shape()
    layers.tip = layers.builder.tensor(shape, scale=0.04, zero_point=-5)
    layers.builder.op("QUANTIZE", [x], [layers.tip])
    layers.flatten()
    layers.builder.tensors[layers.tip].quantization.scale[0] = 0.04
    graph = read_tflite(layers.build())

    assert remove_identities(graph).ops == graph.ops

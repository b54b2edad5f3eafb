from typing import Any

import numpy as np
import pytest

from tests.compiler.executor import Executor
from tests.compiler.passes.rewriting import Layers, check_same_outputs, kinds
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import read_tflite
from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.passes import fold_clamp

RNG = np.random.default_rng(3)


def producer(kind: str, zero_point: int = -20) -> Layers:
    """Layers that end in an operator whose output covers the int8 range."""
    layers = Layers(ModelBuilder(), (1, 4, 4, 3), zero_point)
    if kind == "CONV_2D":
        layers.conv(RNG.integers(-127, 128, (4, 3, 3, 3)), relu=False)
    elif kind == "DEPTHWISE_CONV_2D":
        layers.depthwise(RNG.integers(-127, 128, (1, 3, 3, 6)), relu=False)
    elif kind == "FULLY_CONNECTED":
        layers.dense(RNG.integers(-127, 128, (5, 48)))
    elif kind == "ADD":
        layers.add(layers.tip)
    else:
        layers.pool(kind)
    return layers


def limit(layers: Layers, kind: str, value: int = 30) -> None:
    """Add an operator that limits the tip; extremes of MAXIMUM, MINIMUM as given."""
    inputs = [layers.tip]
    if kind in ("MAXIMUM", "MINIMUM"):
        data = np.array([value], np.int8)
        options: dict[str, Any] = {"scale": 0.05, "zero_point": layers.zero_point}
        inputs.append(layers.builder.tensor((1,), data=data, **options))
    layers.append(kind, inputs, layers.shape())


PRODUCERS = (
    *("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD"),
    *("MAX_POOL_2D", "AVERAGE_POOL_2D"),
)
LIMITS = ("RELU", "RELU6", "RELU_N1_TO_1", "MAXIMUM", "MINIMUM")


@pytest.mark.parametrize("limiter", LIMITS)
@pytest.mark.parametrize("kind", PRODUCERS)
def test_a_limit_becomes_the_clamp_of_the_operator_before(
    kind: str, limiter: str, executor: Executor
) -> None:
    """The limiting operator is gone; the output's tensor stays."""
    layers = producer(kind)
    limit(layers, limiter)
    graph = read_tflite(layers.build())
    folded = fold_clamp(graph)

    check_same_outputs(graph, folded, executor)
    assert kinds(folded) == [kind]
    assert folded.ops[0].outputs == graph.outputs


@pytest.mark.parametrize(
    ("limiters", "clamp"),
    [
        ([("MAXIMUM", 10), ("MINIMUM", 50)], (10, 50)),
        ([("MAXIMUM", 10), ("MINIMUM", -50)], (-50, -50)),
        ([("MINIMUM", -50), ("MAXIMUM", 10)], (10, 10)),
        ([("RELU", None), ("MINIMUM", 9), ("MAXIMUM", -99)], (-20, 9)),
    ],
)
def test_limits_in_a_row_fold_in_order(
    limiters: list[tuple[str, Any]], clamp: tuple[int, int], executor: Executor
) -> None:
    """The last one wins where ranges do not meet."""
    layers = producer("CONV_2D")
    for kind, value in limiters:
        limit(layers, kind, value)
    graph = read_tflite(layers.build())
    folded = fold_clamp(graph)

    check_same_outputs(graph, folded, executor)
    (op,) = folded.ops
    assert isinstance(op.attrs, ClampedAttrs)
    assert op.attrs.clamp == clamp


def test_a_limit_of_a_tensor_that_others_read_stays() -> None:
    """The other reader needs the values as they are."""
    layers = producer("CONV_2D")
    branch = layers.tip
    limit(layers, "RELU")
    layers.add(branch)
    graph = read_tflite(layers.build())

    assert fold_clamp(graph).ops == graph.ops


def test_a_limit_with_another_scale_stays() -> None:
    """It rescales, which no clamp does."""
    layers = producer("CONV_2D")
    shape, x = layers.shape(), layers.tip
    layers.tip = layers.builder.tensor(shape, scale=0.04, zero_point=-20)
    layers.builder.op("RELU", [x], [layers.tip])
    graph = read_tflite(layers.build())

    assert fold_clamp(graph).ops == graph.ops


@pytest.mark.parametrize("count", [3, 4])
def test_a_maximum_with_a_constant_for_each_channel_stays(count: int) -> None:
    """A clamp is one range for all channels; and of the input there is none."""
    layers = Layers(ModelBuilder(), (1, 4, 4, 3), -20)
    if count == 4:
        layers.conv(RNG.integers(-127, 128, (4, 1, 1, 3)))
    data = np.arange(count, dtype=np.int8)
    other = layers.builder.tensor((count,), scale=0.05, zero_point=-20, data=data)
    layers.append("MAXIMUM", [layers.tip, other], layers.shape())
    graph = read_tflite(layers.build())

    assert fold_clamp(graph).ops == graph.ops


def test_a_limit_after_a_kernel_without_clamp_stays() -> None:
    """A MEAN has none."""
    layers = Layers(ModelBuilder(), (1, 4, 4, 3), -20)
    layers.mean()
    limit(layers, "RELU")
    graph = read_tflite(layers.build())

    assert fold_clamp(graph).ops == graph.ops


def test_a_limit_after_a_relu6_stays(executor: Executor) -> None:
    """TFLite Micro finds the range of a RELU6 by itself, whatever the clamp."""
    layers = Layers(ModelBuilder(), (1, 4, 4, 3), -100)
    limit(layers, "RELU6")
    limit(layers, "MINIMUM", -50)
    graph = read_tflite(layers.build())
    folded = fold_clamp(graph)

    check_same_outputs(graph, folded, executor)
    assert folded.ops == graph.ops

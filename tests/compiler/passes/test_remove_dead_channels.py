from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.compiler.executor import Executor
from tests.compiler.passes.rewriting import Layers, check_same_outputs, kinds, shapes
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.analysis.cost import count_costs
from tinycnn.compiler import Graph, read_tflite
from tinycnn.compiler.passes import remove_dead_channels

RNG = np.random.default_rng(1)
BIAS = 2_000  # times 0.01: 20 above the zero point
NEGATIVE = -2_000  # a constant at the zero point, by the RELU


def weights(*shape: int, zero: Sequence[int] = ()) -> np.ndarray:
    """Random weights, all different from zero but for the filters `zero`."""
    values = RNG.integers(1, 128, shape) * RNG.choice([-1, 1], shape)
    values[list(zero)] = 0
    return values


def depthwise_weights(*shape: int, zero: Sequence[int] = ()) -> np.ndarray:
    """As `weights`, filters on the last axis."""
    values = weights(*shape)
    values[..., list(zero)] = 0
    return values


def chain(shape: tuple[int, ...] = (1, 6, 5, 2), zero_point: int = -128) -> Layers:
    """Layers on an input of two channels."""
    return Layers(ModelBuilder(), shape, zero_point)


def rewritten(layers: Layers, executor: Executor) -> tuple[Graph, Graph]:
    """The graph before and after the pass, proven to be equal."""
    graph = read_tflite(layers.build())
    after = remove_dead_channels(graph)
    check_same_outputs(graph, after, executor)
    return graph, after


@pytest.mark.parametrize("zero_point", [-128, -5])
@pytest.mark.parametrize("has_bias", [True, False])
def test_the_constant_of_a_zero_filter_moves_into_the_bias(
    has_bias: bool, zero_point: int, executor: Executor
) -> None:
    """Filters and the weights that read them go; a bias is made where none is."""
    layers = chain(zero_point=zero_point)
    layers.conv(weights(4, 1, 1, 2, zero=(1, 3)), [BIAS] * 4)
    layers.conv(weights(3, 1, 1, 4), [7, 8, 9] if has_bias else None)
    _, after = rewritten(layers, executor)

    assert shapes(after) == [(1, 6, 5, 2), (1, 6, 5, 3)]
    assert after.tensors[after.ops[1].inputs[1]].shape == (3, 1, 1, 2)
    assert after.tensors[after.ops[1].inputs[2]].data.dtype == np.int32


def test_no_bias_is_made_for_constants_at_the_zero_point(executor: Executor) -> None:
    """They add nothing."""
    layers = chain()
    layers.conv(weights(4, 1, 1, 2, zero=(0,)), [NEGATIVE] * 4)
    layers.conv(weights(3, 1, 1, 4))
    _, after = rewritten(layers, executor)

    assert len(after.ops[1].inputs) == 2


def test_a_constant_at_the_zero_point_passes_padding(executor: Executor) -> None:
    """Through SAME padding of a depthwise layer and of the convolution behind it."""
    layers = chain()
    layers.conv(weights(4, 1, 1, 2, zero=(2,)), [NEGATIVE] * 4)
    layers.depthwise(weights(1, 3, 3, 4), [BIAS] * 4)
    layers.conv(weights(3, 1, 1, 4))
    _, after = rewritten(layers, executor)

    assert [s[-1] for s in shapes(after)] == [3, 3, 3]


@pytest.mark.parametrize(("size", "stride"), [(3, 1), (3, 2), (9, 1)])
def test_a_constant_stays_where_padding_makes_a_border(
    size: int, stride: int, executor: Executor
) -> None:
    """Pixels at the border see fewer taps, so the bias is not the same for all."""
    layers = chain((1, 10, 10, 2))
    layers.conv(weights(4, 1, 1, 2, zero=(2,)), [BIAS] * 4)
    layers.conv(np.abs(weights(3, size, size, 4)), stride=stride)
    graph, after = rewritten(layers, executor)

    assert shapes(after) == shapes(graph)


def test_a_constant_moves_where_all_pixels_see_the_same_taps(
    executor: Executor,
) -> None:
    """Of 3 x 3 taps two pixels apart only the middle one is inside 2 x 2 pixels."""
    layers = chain((1, 2, 2, 2))
    layers.conv(weights(4, 1, 1, 2, zero=(2,)), [BIAS] * 4)
    layers.conv(weights(3, 3, 3, 4), dilation=2)
    _, after = rewritten(layers, executor)

    assert [s[-1] for s in shapes(after)] == [3, 3]


@pytest.mark.parametrize("stride", [1, 2])
def test_a_constant_moves_where_there_is_no_padding(
    stride: int, executor: Executor
) -> None:
    """VALID windows see all taps everywhere."""
    layers = chain()
    layers.conv(weights(4, 1, 1, 2, zero=(2,)), [BIAS] * 4)
    layers.depthwise(weights(1, 3, 3, 4), [BIAS] * 4, same=False, stride=stride)
    layers.conv(weights(3, 2, 2, 4), same=False)
    _, after = rewritten(layers, executor)

    assert [s[-1] for s in shapes(after)] == [3, 3, 3]


def test_a_border_that_the_clamp_hides_is_none(executor: Executor) -> None:
    """Where all kinds of border pixels are clamped alike, the channel is constant."""
    layers = chain()
    layers.conv(weights(4, 1, 1, 2, zero=(2,)), [BIAS] * 4)
    layers.depthwise(-np.abs(weights(1, 3, 3, 4)), [-9_000] * 4)
    layers.conv(weights(3, 1, 1, 4))
    _, after = rewritten(layers, executor)

    assert [s[-1] for s in shapes(after)] == [3, 3, 3]


def test_a_zero_depthwise_filter_takes_its_input_along(executor: Executor) -> None:
    """What only a zero filter reads is not computed, constant or not."""
    layers = chain()
    layers.conv(weights(4, 1, 1, 2))
    layers.depthwise(depthwise_weights(1, 3, 3, 4, zero=(0, 3)), [BIAS] * 4)
    layers.conv(weights(3, 1, 1, 4))
    _, after = rewritten(layers, executor)

    assert [s[-1] for s in shapes(after)] == [2, 2, 3]


def test_a_depth_multiplier_is_kept(executor: Executor) -> None:
    """An input channel goes only with all the output channels made of it."""
    layers = chain()
    layers.conv(weights(3, 1, 1, 2), [BIAS] * 3)
    layers.depthwise(depthwise_weights(1, 3, 3, 6, zero=(0, 2, 3)), [BIAS] * 6)
    layers.conv(weights(3, 1, 1, 6))
    _, after = rewritten(layers, executor)

    assert [s[-1] for s in shapes(after)] == [2, 4, 3]


def test_a_channel_that_no_filter_reads_goes(executor: Executor) -> None:
    """Columns of zeros need no input."""
    layers = chain()
    layers.conv(weights(4, 1, 1, 2))
    reader = weights(3, 3, 3, 4)
    reader[..., 1] = 0
    layers.conv(reader)
    _, after = rewritten(layers, executor)

    assert [s[-1] for s in shapes(after)] == [3, 3]


@pytest.mark.parametrize("kind", ["MAX_POOL_2D", "AVERAGE_POOL_2D"])
@pytest.mark.parametrize("zero_point", [-128, 3])
def test_constants_pass_pooling_and_flattening(
    kind: str, zero_point: int, executor: Executor
) -> None:
    """All the columns of the dense layer that read a pixel of the channel go."""
    layers = chain(zero_point=zero_point)
    layers.conv(weights(5, 3, 3, 2, zero=(0, 4)), [BIAS] * 5)
    layers.pool(kind)
    layers.flatten()
    layers.dense(weights(3, 3 * 2 * 5), [1, 2, 3])
    _, after = rewritten(layers, executor)

    assert shapes(after)[:3] == [(1, 6, 5, 3), (1, 3, 2, 3), (1, 18)]
    assert after.tensors[after.ops[3].inputs[1]].shape == (3, 18)


def test_constants_pass_a_mean(executor: Executor) -> None:
    """The mean of a constant is a constant of its own."""
    layers = chain()
    layers.conv(weights(5, 3, 3, 2, zero=(0, 4)), [BIAS] * 5)
    layers.mean()
    layers.dense(weights(3, 5))
    _, after = rewritten(layers, executor)

    assert shapes(after) == [(1, 6, 5, 3), (1, 3), (1, 3)]


@pytest.mark.parametrize(("bias", "kept"), [(0, 3), (BIAS, 5)])
def test_a_zero_passes_hard_swish(bias: Any, kept: Any, executor: Executor) -> None:
    """Through the padding behind it, too; another constant stays where it is."""
    layers = chain(zero_point=-5)
    layers.conv(weights(5, 3, 3, 2, zero=(0, 4)), [bias] * 5, relu=False)
    layers.append("HARD_SWISH", [layers.tip], layers.shape())
    layers.conv(weights(3, 3, 3, 5))
    _, after = rewritten(layers, executor)

    assert [s[-1] for s in shapes(after)] == [kept, kept, 3]


def test_a_dense_layer_may_read_an_image(executor: Executor) -> None:
    """Without a RESHAPE the columns are pixels all the same."""
    layers = chain((1, 3, 2, 2))
    layers.conv(weights(4, 1, 1, 2, zero=(1,)), [BIAS] * 4)
    layers.dense(weights(3, 3 * 2 * 4))
    _, after = rewritten(layers, executor)

    assert after.tensors[after.ops[1].inputs[1]].shape == (3, 18)


@pytest.mark.parametrize(("second", "kept"), [((1, 2), 3), ((0, 3), 4)])
def test_an_addition_loses_only_what_both_sides_lose(
    second: tuple[int, int], kept: Any, executor: Executor
) -> None:
    """A channel that is constant on one side alone is still needed."""
    layers = chain()
    first = layers.conv(weights(4, 3, 3, 2, zero=(1,)), [BIAS] * 4)
    layers.tip = layers.source
    layers.conv(weights(4, 1, 1, 2, zero=second), [BIAS] * 4)
    layers.add(first)
    layers.conv(weights(2, 1, 1, 4))
    _, after = rewritten(layers, executor)

    assert [s[-1] for s in shapes(after)] == [kept, kept, kept, 2]


@pytest.mark.parametrize(("axis", "kept"), [(3, [2, 3, 5, 2]), (1, [3, 3, 3, 2])])
def test_a_concatenation_keeps_the_channels_of_its_inputs(
    axis: int, kept: Any, executor: Executor
) -> None:
    """Side by side each loses its own; one above the other what both lose."""
    layers = chain()
    first = layers.conv(weights(4, 3, 3, 2, zero=(1, 3)), [BIAS] * 4)
    layers.tip = layers.source
    layers.conv(weights(4, 1, 1, 2, zero=(1,)), [BIAS] * 4)
    layers.tip, second = first, layers.tip
    layers.concatenate(second, axis)
    layers.conv(weights(2, 1, 1, 8 if axis == 3 else 4))
    _, after = rewritten(layers, executor)

    assert [s[-1] for s in shapes(after)] == kept


def test_one_channel_stays(executor: Executor) -> None:
    """A layer of zeros keeps one filter, and so do those behind it."""
    layers = chain()
    layers.conv(np.zeros((4, 3, 3, 2)), [BIAS] * 4)
    layers.pool("MAX_POOL_2D")
    layers.conv(weights(3, 1, 1, 4))
    _, after = rewritten(layers, executor)

    assert [s[-1] for s in shapes(after)] == [1, 1, 3]


def test_inputs_and_outputs_keep_their_shape(executor: Executor) -> None:
    """What a caller sees stays, dead or not."""
    layers = chain()
    layers.conv(np.zeros((4, 3, 3, 2)), [BIAS] * 4)
    graph, after = rewritten(layers, executor)

    assert shapes(after) == shapes(graph)
    assert after.tensors[after.inputs[0]].shape == (1, 6, 5, 2)


def test_weights_that_two_operators_share_stay_apart(executor: Executor) -> None:
    """Each gets its own copy; the other's channels are not its own."""
    layers = chain((1, 4, 4, 4))
    first = layers.conv(weights(4, 1, 1, 4, zero=(1,)), [BIAS] * 4)
    _, w, k = layers.builder.operators[0].inputs
    layers.append("CONV_2D", [first, w, k], (1, 4, 4, 4), strideH=1, strideW=1)
    _, after = rewritten(layers, executor)

    assert after.tensors[after.ops[0].inputs[1]].shape == (3, 1, 1, 4)
    assert after.tensors[after.ops[1].inputs[1]].shape == (4, 1, 1, 3)


def draw_pruned_network(rng: np.random.Generator) -> bytes:
    """A random valid network of which about half the filters are zero."""
    shape = (1, *(int(n) for n in rng.integers(4, 9, 2)), int(rng.integers(1, 4)))
    layers = Layers(ModelBuilder(), shape, int(rng.choice([-128, 0, 11])))
    for _ in range(rng.integers(2, 7)):
        _draw_layer(rng, layers)
    if rng.random() < 0.5:
        layers.mean()
    else:
        layers.flatten()
    layers.dense(_draw_weights(rng, (3, layers.shape()[-1]), 0), [10, 20, 30])
    return layers.build()


def _draw_layer(rng: np.random.Generator, layers: Layers) -> None:
    _, h, w, c = layers.shape()
    kinds = ("conv", "depthwise", "pool", "add", "concatenate")
    kind = rng.choice(kinds, p=[0.35, 0.25, 0.1, 0.2, 0.1])
    same, size = bool(rng.integers(2)), int(rng.integers(1, 1 + min(3, h, w)))
    options: dict[str, Any] = {"same": same, "stride": int(rng.integers(1, 3))}
    if kind == "conv":
        filters = int(rng.integers(2, 7))
        data = _draw_weights(rng, (filters, size, size, c), 0)
        layers.conv(data, rng.integers(-3000, 3000, filters), **options)
    elif kind == "depthwise":
        filters = c * int(rng.integers(1, 3))
        data = _draw_weights(rng, (1, size, size, filters), 3)
        layers.depthwise(data, rng.integers(-3000, 3000, filters), **options)
    elif kind == "pool" and min(h, w) > 1:
        layers.pool(str(rng.choice(["MAX_POOL_2D", "AVERAGE_POOL_2D"])))
    else:
        branch = layers.tip
        layers.conv(_draw_weights(rng, (c, 3, 3, c), 0), rng.integers(-3000, 3000, c))
        layers.concatenate(branch) if kind == "concatenate" else layers.add(branch)


def _draw_weights(
    rng: np.random.Generator, shape: tuple[int, ...], axis: int
) -> np.ndarray:
    values = rng.integers(-127, 128, shape)
    zero = rng.random(shape[axis]) < rng.uniform(0, 1)
    values[(slice(None),) * axis + (zero,)] = 0
    if axis == 0:
        values[..., rng.random(shape[-1]) < 0.2] = 0
    return values


def test_random_pruned_networks_keep_their_outputs(executor: Executor) -> None:
    """150 networks, most of them with something to remove."""
    shrunk = 0
    for seed in range(150):
        graph = read_tflite(draw_pruned_network(np.random.default_rng(seed)))
        after = remove_dead_channels(graph)
        check_same_outputs(graph, after, executor, seed)
        macs = [sum(cost.macs for cost in count_costs(g)) for g in (graph, after)]
        shrunk += macs[1] < macs[0]
        assert kinds(graph) == kinds(after)

    assert shrunk >= 100

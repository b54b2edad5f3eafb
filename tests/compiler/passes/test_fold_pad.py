import numpy as np
import pytest

from tests.compiler.executor import Executor
from tests.compiler.models import residual_model
from tests.compiler.passes.rewriting import Layers, check_same_outputs, kinds
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import Graph, read_tflite
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.compiler.passes import fold_pad


def test_a_convolution_takes_the_padding(executor: Executor) -> None:
    """PAD becomes the convolution's own padding, bit for bit."""
    graph = read_tflite(residual_model())
    folded = fold_pad(graph)

    check_same_outputs(graph, folded, executor)
    assert "PAD" not in kinds(folded)
    attrs = folded.ops[1].attrs
    assert isinstance(attrs, ConvAttrs)
    assert attrs.padding == (0, 0, 1, 1)


def pooled(
    kind: str,
    amounts: tuple[int, int, int, int],
    *,
    zero_point: int = -128,
    relu: bool | None = None,
    value: int | None = None,
) -> Graph:
    """PAD and a pooling of 2 x 2, after a convolution where `relu` is given."""
    layers = Layers(ModelBuilder(), (1, 6, 4, 3), zero_point)
    if relu is not None:
        weights = np.random.default_rng(0).integers(-127, 128, (3, 1, 1, 3))
        layers.conv(weights, relu=relu)
    layers.pad(*amounts, value)
    layers.pool(kind)
    return read_tflite(layers.build())


@pytest.mark.parametrize(
    "graph",
    [
        pooled("MAX_POOL_2D", (1, 1, 1, 1)),
        pooled("MAX_POOL_2D", (0, 1, 0, 1)),
        pooled("MAX_POOL_2D", (1, 0, 1, 0), zero_point=7, relu=True),
        pooled("MAX_POOL_2D", (1, 0, 1, 0), zero_point=7, value=-128),
    ],
)
def test_a_max_pool_takes_padding_below_its_pixels(
    graph: Graph, executor: Executor
) -> None:
    """Where no pixel is below the zero point, padded pixels never are the maximum."""
    folded = fold_pad(graph)

    check_same_outputs(graph, folded, executor)
    assert kinds(folded)[-1] == "MAX_POOL_2D"
    assert not {"PAD", "PADV2"} & set(kinds(folded))


@pytest.mark.parametrize(
    "graph",
    [
        pooled("AVERAGE_POOL_2D", (1, 1, 1, 1)),
        pooled("MAX_POOL_2D", (1, 1, 1, 1), zero_point=7),
        pooled("MAX_POOL_2D", (1, 1, 1, 1), zero_point=7, relu=False),
        pooled("MAX_POOL_2D", (1, 1, 1, 1), value=-127),
        pooled("MAX_POOL_2D", (2, 0, 0, 0)),
        pooled("MAX_POOL_2D", (0, 0, 0, 2)),
    ],
)
def test_a_pad_stays_where_its_pixels_count(graph: Graph) -> None:
    """Averages, pixels below the zero point, windows of padding alone."""
    assert kinds(fold_pad(graph)) == kinds(graph)


@pytest.mark.parametrize(("value", "folds"), [(7, True), (6, False), (0, False)])
def test_a_convolution_takes_padding_with_the_zero_point_only(
    value: int | None, folds: bool, executor: Executor
) -> None:
    """PADV2 with another value adds to the sums."""
    layers = Layers(ModelBuilder(), (1, 6, 4, 3), 7)
    layers.pad(1, 0, 1, 2, value)
    layers.conv(np.random.default_rng(0).integers(-127, 128, (3, 3, 3, 3)), same=False)
    graph = read_tflite(layers.build())
    folded = fold_pad(graph)

    check_same_outputs(graph, folded, executor)
    assert ("PADV2" not in kinds(folded)) == folds


def test_a_pad_stays_that_changes_the_scale_a_little() -> None:
    """Scales that TFLite takes for the same give other multipliers."""
    layers = Layers(ModelBuilder(), (1, 6, 4, 3), 7)
    layers.pad(1, 0, 1, 2)
    layers.builder.tensors[layers.tip].quantization.scale[0] += 5e-7
    layers.conv(np.random.default_rng(0).integers(-127, 128, (3, 3, 3, 3)), same=False)
    graph = read_tflite(layers.build())

    assert kinds(fold_pad(graph)) == kinds(graph)

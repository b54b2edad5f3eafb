from typing import Any

import numpy as np
import pytest

from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import lower_graph, plan_memory, read_tflite
from tinycnn.errors import ModelError

X = (1, 4, 6, 8)


def model(
    kind: str,
    inputs: list[Any],
    outputs: list[Any],
    *,
    scales: Any = (),
    **options: Any,
) -> bytes:
    """One operator; tuples are shapes of activations, lists are int32 constants.

    Args:
        kind: The operator.
        inputs: Its inputs in order; the activations are the model's.
        outputs: Shapes of its outputs.
        scales: Of the inputs, where not 0.1.
        options: The operator's.
    """
    b = ModelBuilder()
    ids, activations = [], []
    scales = [*scales, *[0.1] * (len(inputs) - len(scales))]
    for value, scale in zip(inputs, scales, strict=True):
        if isinstance(value, tuple):
            ids.append(b.tensor(value, scale=scale))
            activations.append(ids[-1])
        else:
            data = np.array(value, None if isinstance(value, np.ndarray) else np.int32)
            quant = {"scale": scale} if data.dtype == np.int8 else {}
            ids.append(b.tensor(data.shape, str(data.dtype), data=data, **quant))
    results = [b.tensor(shape, scale=0.1) for shape in outputs]
    b.op(kind, ids, results, **options)
    return b.build(activations, results)


def case(
    message: str, kind: str, inputs: list[Any], outputs: list[Any], **options: Any
) -> Any:
    """A model that breaks one rule."""
    return pytest.param(message, kind, inputs, outputs, options, id=message)


REFUSED = [
    case("no fused activation", "CONCATENATION", [X], [X], fusedActivationFunction=1),
    case("expected an axis of 4 dim", "CONCATENATION", [X, X], [X], axis=4),
    case("differ on axis 3 only", "CONCATENATION", [X, X[:3]], [X], axis=3),
    case("inputs of one shape", "PACK", [(4,), (5,)], [(2, 4)], valuesCount=2),
    case("an int8 constant, got int32", "PACK", [(2,), [1, 2]], [(2, 2)]),
    case("6 to be cut into 4 equal", "SPLIT", [[2], X], [X], numSplits=4),
    case("expected one axis, got 2", "SPLIT", [[1, 2], X], [X], numSplits=1),
    case("1 sizes of sum 4", "SPLIT_V", [X, [3], [1]], [X], numSplits=1),
    case("expected 4 outputs, got 1", "UNPACK", [X], [(1, 6, 8)], axis=1, num=4),
    case("output 0 of shape", "SPLIT_V", [X, [4], [1]], [(1, 5, 6, 8)], numSplits=1),
    case("a start and a size for each", "SLICE", [X, [0], [1]], [X]),
    case("a slice inside", "SLICE", [X, [0, 3, 0, 0], [1, 2, 6, 8]], [X]),
    case("ellipsis mask", "STRIDED_SLICE", [X, [0], [1], [1]], [X], ellipsisMask=1),
    case("of at most 4 dim", "STRIDED_SLICE", [X, [0], [1], [0]], [X]),
    case("axis 0 of size 1, got 0 to 0", "STRIDED_SLICE", [X, [0], [0], [1]], [X]),
    case("expected an output of", "STRIDED_SLICE", [X, [0], [1], [1]], [(1, 4, 6)]),
    case("permutation of 4", "TRANSPOSE", [X, [0, 1, 2, 2]], [X]),
    case("4-D input and a block", "SPACE_TO_DEPTH", [X], [X]),
    case("sizes that 3 divides", "SPACE_TO_DEPTH", [X], [X], blockSize=3),
    case("channels that 9 divides", "DEPTH_TO_SPACE", [X], [X], blockSize=3),
    case("each of 4 dimensions is rep", "TILE", [X, [1, 2]], [X]),
    case("at most 6 dim", "TILE", [(2, 3, 2, 3), [2] * 4], [(4, 6, 4, 6)]),
    case("but for dimensions of size 1", "SQUEEZE", [(2, 3)], [(3, 2)]),
    case("of shape (4, 2), at least 0", "PAD", [X, [[0, 0]]], [X]),
    case("one constant int8 value", "PADV2", [X, [[0, 0]] * 4, [1]], [X]),
    case("mode 0 or 1, got 2", "MIRROR_PAD", [X, [[0, 0]] * 4], [X], mode=2),
    case("paddings inside (1, 4,", "MIRROR_PAD", [X, [[1, 0], [0, 0]] * 2], [X]),
    case("rows and columns below", "RESIZE_BILINEAR", [X, [0, 4]], [X]),
    case("batch 1 of 4-D", "RESIZE_BILINEAR", [(4, 6), [4, 6]], [X]),
    case(
        "exclude each other",
        "RESIZE_BILINEAR",
        [X, [4, 6]],
        [X],
        alignCorners=True,
        halfPixelCenters=True,
    ),
    case("axes of a 4-D input", "REDUCE_MAX", [X, [4]], [X]),
    case("one scale and zero point", "REDUCE_MAX", [X, [3]], [X[:3]], scales=(0.2,)),
    case("one scale and zero point", "CONCATENATION", [X], [X], scales=(0.2,)),
]


@pytest.mark.parametrize(("message", "kind", "inputs", "outputs", "options"), REFUSED)
def test_what_cannot_be_computed_is_named(
    message: str,
    kind: str,
    inputs: list[Any],
    outputs: list[Any],
    options: dict[str, Any],
) -> None:
    """Each rule has its message."""
    with pytest.raises(ModelError) as raised:
        read_tflite(model(kind, inputs, outputs, **options))

    assert message in str(raised.value)
    assert kind in str(raised.value)


def call(kind: str, inputs: list[Any], outputs: list[Any], **options: Any) -> Any:
    """The kernel calls of a one-operator model."""
    graph = read_tflite(model(kind, inputs, outputs, **options))
    return lower_graph(graph, plan_memory(graph), name="m").calls


def test_a_transpose_merges_dimensions_that_stay_together() -> None:
    """NHWC to NCHW copies two dimensions, not four."""
    (copy,) = call("TRANSPOSE", [X, [0, 3, 1, 2]], [(1, 8, 4, 6)])

    assert copy.params.size == (1, 1, 1, 1, 8, 24)
    assert copy.params.input_stride[4:] == (1, 8)
    assert copy.params.output_stride[4:] == (24, 1)


def test_each_part_of_a_split_is_a_call_of_its_own() -> None:
    """Params have different names, outputs different buffers."""
    calls = call("SPLIT", [[1], X], [(1, 2, 6, 8)] * 2, numSplits=2)

    assert [c.name for c in calls] == ["op0", "op0_2"]
    assert [c.arguments for c in calls] == [("t1", "t2"), ("t1", "t3")]
    assert [c.params.input_offset for c in calls] == [0, 96]


def test_constants_are_concatenated_from_flash() -> None:
    """A constant input is a table, not a place in the arena."""
    constant = np.ones((1, 4, 6, 2), np.int8)
    _, copy = call("CONCATENATION", [X, constant], [(1, 4, 6, 10)], axis=3)

    assert copy.arguments == ("m_op0_input_1", "t2")


def test_a_reduction_has_one_loop_for_neighbours() -> None:
    """Rows and columns of a global average are one loop."""
    (mean,) = call("MEAN", [X, [1, 2]], [(1, 8)])

    assert mean.params.loops.kept_size == (1, 1, 8)
    assert mean.params.loops.reduced_size == (1, 1, 24)

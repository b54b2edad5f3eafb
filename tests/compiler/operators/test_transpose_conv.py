from typing import Any

import numpy as np
import pytest

from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.analysis.cost import count_costs
from tinycnn.compiler import read_tflite
from tinycnn.errors import ModelError


def model(
    *,
    shape: tuple[int, ...] = (1, 8, 8, 3),
    weights: tuple[int, ...] = (3, 2, 2, 4),
    said: Any = None,
    **options: Any,
) -> bytes:
    """A 4x4 image of 4 channels, enlarged."""
    b = ModelBuilder()
    said = np.array(shape if said is None else said, np.int32)
    target = b.tensor(said.shape, "int32", data=said)
    data = np.ones(weights, np.int8)
    w = b.tensor(weights, scale=np.full(weights[0], 0.1), data=data)
    x, y = b.tensor((1, 4, 4, 4), scale=0.1), b.tensor(shape, scale=0.1)
    options = {"strideH": 2, "strideW": 2, **options}
    b.op("TRANSPOSE_CONV", [target, w, x], [y], **options)
    return b.build([x], [y])


@pytest.mark.parametrize(
    ("message", "options"),
    [
        ("strides of at least 1", {"strideH": 0}),
        ("padding 0 or 1, got 2", {"padding": 2}),
        ("batch 1 of 5 channels", {"weights": (3, 2, 2, 5)}),
        ("an output of shape (1, 8, 8, 9)", {"said": (1, 8, 8, 9)}),
        ("expected 2 output channels", {"weights": (2, 2, 2, 4)}),
        ("an input of 5 on axis 1", {"shape": (1, 9, 8, 3)}),
        ("4-D output and weights", {"said": (8, 8)}),
    ],
)
def test_what_contradicts_the_output_shape_is_named(
    message: str, options: dict[str, Any]
) -> None:
    """The first input says the shape; everything else must fit it."""
    with pytest.raises(ModelError) as raised:
        read_tflite(model(**options))

    assert message in str(raised.value)


def test_macs_are_counted_from_the_input() -> None:
    """Each input element meets each tap of each filter."""
    (cost,) = count_costs(read_tflite(model()))

    assert cost.macs == 4 * 4 * 4 * 2 * 2 * 3
    assert cost.parameters == 3 * 2 * 2 * 4

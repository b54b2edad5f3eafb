"""Layers whose output was zero for all images that a model was calibrated with."""

import numpy as np
import pytest

from tests.compiler.equality import EQUAL, compare_model
from tests.compiler.executor import Executor
from tests.compiler.test_equality import require_reference
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import read_tflite
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.errors import UnsupportedModelError

DEAD = 2e-6 / 255  # the scale that the converter gives what was always zero


def _dense(
    b: ModelBuilder, x: int, scales: tuple[float, float], depth: int, channels: int
) -> int:
    """A dense layer from the tensor `x`, with a bias, between grids of two scales."""
    rng = np.random.default_rng(depth)
    data = rng.integers(-127, 128, (channels, depth)).astype(np.int8)
    start = rng.normal(0, 0.1, channels) / (scales[0] * 0.005)
    bias = np.clip(np.rint(start), -(2**30), 2**30).astype(np.int32)
    w = b.tensor(data.shape, scale=0.005, data=data)
    s = b.tensor((channels,), "int32", scale=scales[0] * 0.005, data=bias)
    y = b.tensor((1, channels), scale=scales[1])
    b.op("FULLY_CONNECTED", [x, w, s], [y])
    return y


@pytest.mark.parametrize("numerics", ["litert", "tflm"])
def test_what_follows_a_dead_layer_is_exact(
    executor: Executor, numerics: Numerics
) -> None:
    """Its bias is of a tiny scale, so of many bits, of which a sum moves the last."""
    require_reference(numerics)
    b = ModelBuilder()
    x = b.tensor((1, 4), scale=DEAD)
    model = b.build([x], [_dense(b, x, (DEAD, 0.0026), 4, 16)])

    rng = np.random.default_rng(0)
    assert compare_model(model, rng, executor, numerics) == EQUAL


def test_a_dead_layer_without_defined_sums_is_named() -> None:
    """The reference shifts them out of 32 bits, so there is nothing to equal."""
    b = ModelBuilder()
    x = b.tensor((1, 64), scale=0.03)
    model = b.build([x], [_dense(b, x, (0.03, DEAD), 64, 4)])

    expected = (
        r"op 0 .*: this layer is always zero: at the scale 7.84e-09 of its output"
    )
    with pytest.raises(UnsupportedModelError, match=expected) as caught:
        read_tflite(model)
    assert "train the layer again, or leave it out" in str(caught.value.hint)

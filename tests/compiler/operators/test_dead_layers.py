"""Layers whose output was zero for all images that a model was calibrated with."""

import numpy as np
import pytest

from tests.compiler.equality import EQUAL, compare_model, compile_graph
from tests.compiler.executor import Executor
from tests.compiler.test_equality import require_reference
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import read_tflite
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.errors import UnsupportedModelError
from tinycnn.reference import LOADERS

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


@pytest.mark.parametrize("kind", ["LOGISTIC", "TANH"])
@pytest.mark.parametrize("scale", [DEAD, 0.03, 50.0, 1e5])
@pytest.mark.parametrize("numerics", ["litert", "tflm"])
def test_gates_are_exact_at_any_scale(
    executor: Executor, numerics: Numerics, scale: float, kind: str
) -> None:
    """For all inputs; zero is beyond TFLite Micro's range where a step is all of it."""
    require_reference(numerics)
    b = ModelBuilder()
    x = b.tensor((1, 256), scale=scale)
    is_logistic = kind == "LOGISTIC"
    y = b.tensor(
        (1, 256),
        scale=1 / 256 if is_logistic else 1 / 128,
        zero_point=-128 if is_logistic else 0,
    )
    b.op(kind, [x], [y])
    model = b.build([x], [y])
    row = np.arange(-128, 128, dtype=np.int8)[None]

    (got,) = executor.run(compile_graph(model, numerics), row)
    assert [got] == LOADERS[numerics](model)([row.tobytes()])


@pytest.mark.parametrize("scale", [DEAD, 0.02])
@pytest.mark.parametrize("numerics", ["litert", "tflm"])
def test_a_dead_gate_is_exact(
    executor: Executor, numerics: Numerics, scale: float
) -> None:
    """Squeeze and excite around a dead layer; MUL by what is always zero."""
    require_reference(numerics)
    b = ModelBuilder()
    x = b.tensor((1, 4, 4, 2), scale=0.02)
    gate = b.tensor((1, 1, 1, 2), scale=DEAD)
    gated = b.tensor((1, 4, 4, 2), scale=scale / 50)
    b.op("MUL", [x, gate], [gated])
    axes = b.tensor((2,), "int32", data=np.array([1, 2], np.int32))
    mean = b.tensor((1, 2), scale=scale)
    b.op("MEAN", [gated, axes], [mean], keepDims=False)
    model = b.build([x, gate], [_dense(b, mean, (scale, 0.02), 2, 3)])

    rng = np.random.default_rng(0)
    assert compare_model(model, rng, executor, numerics) == EQUAL


@pytest.mark.parametrize(
    ("kind", "scales", "place", "options"),
    [
        ("ADD", (0.02, DEAD), "this layer", {}),
        ("SQUARED_DIFFERENCE", (0.02, DEAD), "this layer", {}),
        ("MUL", (0.02, DEAD), "this layer", {}),
        ("RELU", (50.0, DEAD), "this layer", {}),
        ("HARD_SWISH", (0.02, DEAD), "this layer", {}),
        ("HARD_SWISH", (DEAD, 0.02), "its input 'tensor_0'", {}),
        ("SOFTMAX", (DEAD, 1 / 256), "its input 'tensor_0'", {"beta": 1.0}),
        ("LOG_SOFTMAX", (DEAD, 1 / 16), "its input 'tensor_0'", {}),
    ],
)
def test_what_is_always_zero_is_named(
    kind: str, scales: tuple[float, float], place: str, options: dict[str, float]
) -> None:
    """By operator and tensor, wherever the reference has no arithmetic for it."""
    b = ModelBuilder()
    binary = kind in ("ADD", "MUL", "SQUARED_DIFFERENCE")
    inputs = [b.tensor((1, 4), scale=scales[0]) for _ in range(1 + binary)]
    end = {"SOFTMAX": -128, "LOG_SOFTMAX": 127}.get(kind, 0)
    y = b.tensor((1, 4), scale=scales[1], zero_point=end)
    b.op(kind, inputs, [y], **options)

    expected = rf"op 0 \({kind} .*: {place} is always zero: at the scale 7.84e-09 "
    with pytest.raises(UnsupportedModelError, match=expected) as caught:
        read_tflite(b.build(inputs, [y]))
    assert "train the layer again, or leave it out" in str(caught.value.hint)


@pytest.mark.parametrize("numerics", ["litert", "tflm"])
@pytest.mark.parametrize("is_reshaped", [False, True])
def test_a_dead_layer_that_nobody_hears_is_left_out(
    executor: Executor, numerics: Numerics, *, is_reshaped: bool
) -> None:
    """The reference makes something of its sums; what follows does not hear it."""
    require_reference(numerics)
    b = ModelBuilder()
    x = b.tensor((1, 64), scale=0.03)
    y = _dense(b, x, (0.03, DEAD), 64, 4)
    if is_reshaped:
        other = b.tensor((1, 1, 4), scale=DEAD)
        shape = b.tensor((3,), "int32", data=np.array([1, 1, 4], np.int32))
        b.op("RESHAPE", [y, shape], [other])
        y = b.tensor((1, 4), scale=DEAD)
        flat = b.tensor((2,), "int32", data=np.array([1, 4], np.int32))
        b.op("RESHAPE", [other, flat], [y])
    model = b.build([x], [_dense(b, y, (DEAD, 0.02), 4, 3)])

    assert compare_model(model, np.random.default_rng(0), executor, numerics) == EQUAL


def test_a_dead_layer_that_is_heard_is_named() -> None:
    """By what follows it, or as an output of the model."""
    b = ModelBuilder()
    x = b.tensor((1, 64), scale=0.03)
    y = _dense(b, x, (0.03, DEAD), 64, 4)
    z = _dense(b, y, (DEAD, 4 * DEAD), 4, 3)

    for outputs in ([z], [z, y]):
        with pytest.raises(UnsupportedModelError, match="this layer is always zero"):
            read_tflite(b.build([x], outputs))


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

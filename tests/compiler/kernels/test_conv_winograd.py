"""Winograd's convolution where its arithmetic, loops and memory are tightest."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from tests.compiler.cases.conv import add_bias, conv_options
from tests.compiler.cases.draw import (
    ACTIVATIONS,
    SAME,
    VALID,
    draw_quant,
    draw_scales,
    pick,
)
from tests.compiler.emulator import Emulator
from tests.compiler.executor import Executor
from tests.compiler.kernels.cases import draw_weights
from tests.compiler.kernels.conftest import Emulators
from tests.compiler.kernels.forced import assert_equal, force
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.reference import LOADERS

pytestmark = pytest.mark.emulated
FUNCTION = "tcnn_conv_2d_winograd_s8_dsp"
CASES = 60
# Rows of the transform of 6 inputs.
B = np.array(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ]
)


def build_conv(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    weights: np.ndarray,
    padding: int,
    *,
    before: tuple[int, int] = (0, 0),
    zero_point: int | None = None,
) -> bytes:
    """A convolution of an image of `shape`, after PAD by rows and columns in front."""
    outputs = len(weights)
    scale, drawn = draw_quant(rng)
    zero_point = drawn if zero_point is None else zero_point
    w_scales, y_scale = draw_scales(rng, scale, weights, outputs, per_channel=True)
    b = ModelBuilder()
    x = image = b.tensor((1, *shape), scale=scale, zero_point=zero_point)
    height, width = (size + n for size, n in zip(shape, before, strict=False))
    if any(before):
        pads = np.array([[0, 0], *((n, 0) for n in before), [0, 0]], np.int32)
        padded = (1, height, width, shape[2])
        image = b.tensor(padded, scale=scale, zero_point=zero_point)
        b.op("PAD", [x, b.tensor((4, 2), "int32", data=pads)], [image])
    shrunk = 0 if padding == SAME else 2
    y_shape = (1, height - shrunk, width - shrunk, outputs)
    y = b.tensor(y_shape, scale=y_scale, zero_point=draw_quant(rng)[1])
    k = b.tensor(weights.shape, scale=w_scales, data=weights)
    inputs = [image, k, add_bias(rng, b, scale, w_scales, outputs)]
    options = conv_options(padding, (1, 1), (1, 1), pick(rng, *ACTIVATIONS))
    b.op("CONV_2D", inputs, [y], **options)
    return b.build([x], [y])


def test_large_convolutions(executor: Executor, emulators: Emulators) -> None:
    """Wide images, deep ones, paddings of the model; outputs over their input."""
    overlaps = 0
    for seed in range(CASES):
        rng = np.random.default_rng([seed, 11])
        padding, before = pick(rng, SAME, VALID), pick(rng, (0, 0), (3, 1))
        height, width = rng.integers(1 if padding == SAME else 3, [14, 30])
        depth = pick(rng, rng.integers(1, 8), 4 * rng.integers(1, 22))
        weights = draw_weights(rng, (int(rng.integers(1, 10)), 3, 3, depth))
        shape = (height, width, depth)
        model = build_conv(rng, shape, weights, padding, before=before)
        program = force(model, FUNCTION)
        assert program is not None
        assert_equal(model, program, rng, [executor, *emulators["dsp"]])

        (x,), (y,) = program.inputs, program.outputs
        distance = y.offset - x.offset
        overlaps += -y.tensor.bytes < distance < x.tensor.bytes
    assert overlaps > CASES / 2


def check_rows(
    model: bytes, rows: np.ndarray, executors: Sequence[Executor | Emulator]
) -> None:
    """The kernel gives the reference's bytes for `rows`."""
    program = force(model, FUNCTION)
    assert program is not None
    expected = LOADERS["litert"](model)([row.tobytes() for row in rows])
    for executor in executors:
        assert executor.run(program, rows) == expected


def test_largest_transformed_inputs(executor: Executor, emulators: Emulators) -> None:
    """All 36 positions are exact at their largest and least, in both lanes."""
    rng = np.random.default_rng(1)
    edges = [
        np.where(sign * np.outer(B[i], B[j]) > 0, 127, -128)
        for i, j, sign in product(range(6), range(6), (1, -1))
    ]
    # channels 0 and 2, 1 and 3, 4 and 6, 5 and 7 are the lanes of a word
    lanes = [edges if c in (0, 3, 4, 6) else edges[::-1] for c in range(8)]
    rows = np.stack(lanes, axis=-1).reshape(len(edges), -1).astype(np.int8)
    weights = rng.choice([-127, 127], (8, 3, 3, 8)).astype(np.int8)
    weights[:2] = np.array([127, -127])[:, None, None, None]
    model = build_conv(rng, (6, 6, 8), weights, VALID)

    check_rows(model, rows, [executor, *emulators["dsp"]])


def test_largest_sums(executor: Executor, emulators: Emulators) -> None:
    """Sums up to the bound are exact; beyond it the kernel is not offered."""
    rng = np.random.default_rng(2)
    for depth, fits in ((228, True), (232, False)):
        weights = np.full((2, 3, 3, depth), 127, np.int8)
        weights[1] = -127
        model = build_conv(rng, (6, 6, depth), weights, VALID, zero_point=0)
        rows = np.array([[-128], [127]], np.int8).repeat(36 * depth, axis=1)
        if fits:
            check_rows(model, rows, [executor, *emulators["dsp"]])
        else:
            assert force(model, FUNCTION) is None

"""Winograd's convolution against the reference, as DSP code and as plain C."""

from itertools import product

import numpy as np
import pytest

from tests.compiler.cases import draw_rows
from tests.compiler.cases.conv import add_bias, conv_options
from tests.compiler.cases.draw import (
    ACTIVATIONS,
    SAME,
    VALID,
    draw_quant,
    draw_scales,
    draw_weights,
    pick,
)
from tests.compiler.emulator import STACK_LIMIT, build_emulator
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import lower_graph, plan_memory, read_tflite, run_passes
from tinycnn.compiler.kernels.choose import apply_kernels
from tinycnn.compiler.kernels.conv_winograd import conv_winograd
from tinycnn.compiler.operators import Node
from tinycnn.reference import LOADERS

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


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    """All kernels on a Cortex-M4."""
    return build_emulator(tmp_path_factory.mktemp("kernels"))


def build_conv(rng, shape, weights, padding, *, before=(0, 0), zero_point=None):
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


def draw_conv(rng):
    """A convolution that the kernel takes."""
    padding = pick(rng, SAME, VALID)
    least = 1 if padding == SAME else 3
    height, width = rng.integers(least, 14, 2)
    depth = pick(rng, rng.integers(1, 12), 4 * rng.integers(1, 20))
    weights = draw_weights(rng, (rng.integers(1, 14), 3, 3, depth))
    before = pick(rng, (0, 0), (3, 1))
    return build_conv(rng, (height, width, depth), weights, padding, before=before)


def compile_forced(model):
    """The program with the kernel, or None where it does not take the convolution."""
    graph = run_passes(read_tflite(model))
    (op,) = (op for op in graph.ops if op.kind == "CONV_2D")
    kernel = conv_winograd(Node(graph, op), "litert")
    if kernel is None:
        return None
    kernels = {op.outputs[0]: kernel}
    graph = apply_kernels(graph, kernels)
    return lower_graph(graph, plan_memory(graph), name="case", kernels=kernels)


def check_equal(model, rows, *machines):
    """The program, whose outputs for `rows` are the reference's on all machines."""
    program = compile_forced(model)
    expected = LOADERS["litert"](model)([row.tobytes() for row in rows])
    for machine in machines:
        assert expected == machine.run(program, rows)
    return program


def test_random_convolutions(emulator, executor):
    """Any size, channels, padding and activation gives the reference's bytes."""
    overlaps = 0
    for seed in range(CASES):
        rng = np.random.default_rng([seed, 11])
        model = draw_conv(rng)
        tensors = [b.tensor for b in compile_forced(model).inputs]
        program = check_equal(model, draw_rows(rng, tensors, 3), emulator, executor)

        (x,), (y,) = program.inputs, program.outputs
        overlaps += (
            x.offset < y.offset + y.tensor.bytes
            and y.offset < x.offset + x.tensor.bytes
        )
    assert overlaps > CASES / 2, "outputs hardly ever lie over their input"
    assert emulator.stack_bytes <= STACK_LIMIT / 2


def test_largest_transformed_inputs(emulator, executor):
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

    check_equal(build_conv(rng, (6, 6, 8), weights, VALID), rows, emulator, executor)


def test_largest_sums(emulator, executor):
    """Sums up to the bound are exact; beyond it the kernel is not offered."""
    rng = np.random.default_rng(2)
    for depth, fits in ((228, True), (232, False)):
        weights = np.full((2, 3, 3, depth), 127, np.int8)
        weights[1] = -127
        model = build_conv(rng, (6, 6, depth), weights, VALID, zero_point=0)
        rows = np.array([[-128], [127]], np.int8).repeat(36 * depth, axis=1)
        if fits:
            check_equal(model, rows, emulator, executor)
        else:
            assert compile_forced(model) is None

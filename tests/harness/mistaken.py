"""A small model, pictures for it, and firmware that makes mistakes with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from tests.compiler.models import add_conv
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.device import TensorInfo
from tinycnn.harness.mistakes import Given
from tinycnn.reference.interpreters import LOADERS

Rows = NDArray[np.int8]
SHAPE = (8, 8, 3)
INPUT = TensorInfo("int8", (1, *SHAPE), 1 / 255, -128, 192)
OUTPUT = TensorInfo("int8", (1, 6), 1 / 256, -128, 6)


def picture_model(seed: int = 0, *, faults: str = "") -> bytes:
    """A picture of 8 x 8 colours to six scores: conv + ReLU, dense, softmax.

    Args:
        seed: Of the weights.
        faults: What it does otherwise: "relu", "bias", "scales", "softmax".
    """
    b, chance = ModelBuilder(), np.random.default_rng(seed + 100)
    x = b.tensor((1, *SHAPE), scale=1 / 255, zero_point=-128)
    maps = add_conv(b, x, (4, 3, 3, 3), (1, 4, 4, 4), stride=2, scale=0.01, seed=seed)
    b.tensors[maps].quantization.zeroPoint[:] = -20  # so that ReLU is seen
    if "relu" in faults:
        b.operators[0].builtinOptions.fusedActivationFunction = 0
    flat = b.tensor((1, 64), scale=0.01, zero_point=-20)
    shape = b.tensor((2,), "int32", data=np.array([1, 64], np.int32))
    b.op("RESHAPE", [maps, shape], [flat])
    scales = np.linspace(0.004, 0.012, 6)
    if "scales" in faults:
        scales = scales[:1]
    data = chance.integers(-127, 128, (6, 64)).astype(np.int8)
    weights = b.tensor((6, 64), scale=scales, data=data)
    start = chance.integers(-9000, 9000, 6).astype(np.int32)
    if "bias" in faults:
        start[:] = 0
        b.buffers[b.tensors[2].buffer].data[:] = 0
    bias = b.tensor((6,), "int32", scale=scales * 0.01, data=start)
    logits = b.tensor((1, 6), scale=0.03)
    b.op("FULLY_CONNECTED", [flat, weights, bias], [logits])
    if "softmax" in faults:
        return b.build([x], [logits])
    scores = b.tensor((1, 6), scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [logits], [scores], beta=0.3)
    return b.build([x], [scores])


def dense_model() -> bytes:
    """A picture to six sums of it, by weights so small that rounding is seen."""
    b, chance = ModelBuilder(), np.random.default_rng(11)
    x = b.tensor((1, *SHAPE), scale=1 / 255, zero_point=-128)
    flat = b.tensor((1, 192), scale=1 / 255, zero_point=-128)
    shape = b.tensor((2,), "int32", data=np.array([1, 192], np.int32))
    b.op("RESHAPE", [x, shape], [flat])
    data = chance.integers(-2, 3, (6, 192)).astype(np.int8)
    weights = b.tensor((6, 192), scale=0.1, data=data)
    sums = b.tensor((1, 6), scale=0.013)
    b.op("FULLY_CONNECTED", [flat, weights], [sums])
    return b.build([x], [sums])


def run_reference(model: bytes, reference: str, rows: Rows) -> Rows:
    """What a reference answers, in this process: we made the model."""
    answers = LOADERS[reference](model)([row.tobytes() for row in rows])
    return np.frombuffer(b"".join(answers), np.int8).reshape(len(rows), -1)


def make_pictures(count: int) -> Rows:
    """Random pictures with smooth parts, one row each."""
    chance = np.random.default_rng(5)
    coarse = (
        chance.integers(0, 256, (count, 4, 4, 3)).repeat(2, axis=1).repeat(2, axis=2)
    )
    fine = chance.integers(-20, 21, (count, *SHAPE))
    pixels = np.clip(coarse + fine, 0, 255) - 128
    return pixels.astype(np.int8).reshape(count, -1)


def give(
    answer: Callable[[Rows, Rows], Rows],
    *,
    count: int = 40,
    model: bytes | None = None,
    others: Mapping[str, bytes] | None = None,
) -> Given:
    """What a device leaves that answers so; it is told pictures and right answers."""
    model, pictures = model or picture_model(), make_pictures(count)
    right = run_reference(model, "litert", pictures)
    got = np.ascontiguousarray(answer(pictures, right)).astype(np.int8)
    return Given(
        model, "litert", pictures, right, got, INPUT, OUTPUT, others=others or {}
    )

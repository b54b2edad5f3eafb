"""SOFTMAX, LOG_SOFTMAX and L2_NORMALIZATION: what goes by rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.compiler.cases.draw import draw_quant, pick
from tests.compiler.tflite_builder import ModelBuilder


def draw_matrix(rng: np.random.Generator) -> tuple[int, int]:
    """Rows and channels."""
    return int(pick(rng, 1, 1, 4)), int(pick(rng, 1, 2, rng.integers(1, 40)))


def softmax(rng: np.random.Generator) -> bytes:
    if rng.random() < 0.3:
        return float_softmax(rng, "SOFTMAX", beta=float(pick(rng, 1.0, 1.0, 0.5, 3.0)))
    shape = draw_matrix(rng)
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    y = b.tensor(shape, scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [x], [y], beta=float(pick(rng, 1.0, 1.0, 0.5, 2.0)))
    return b.build([x], [y])


def float_softmax(rng: np.random.Generator, kind: str, **options: Any) -> bytes:
    """Floats that come of int8 values, at the end of a model."""
    shape = draw_matrix(rng)
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    real, y = (b.tensor(shape, "float32") for _ in range(2))
    b.op("DEQUANTIZE", [x], [real])
    b.op(kind, [real], [y], **options)
    return b.build([x], [y])


def log_softmax(rng: np.random.Generator) -> bytes:
    if rng.random() < 0.5:
        return float_softmax(rng, "LOG_SOFTMAX")
    shape = draw_matrix(rng)
    scale, zero_point = draw_quant(rng)
    if rng.random() < 0.3:  # differences up to where 32 bits end
        shape, scale = (4, 200), 31 / 255
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    y = b.tensor(shape, scale=1 / 16, zero_point=127)
    b.op("LOG_SOFTMAX", [x], [y])
    return b.build([x], [y])


def l2_normalization(rng: np.random.Generator) -> bytes:
    """Short rows, whose squares are few, and long ones."""
    shape = (*pick(rng, (), (1,), (3,), (1, 2, 2)), int(pick(rng, 1, 2, 7, 64, 1500)))
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    y = b.tensor(shape, scale=1 / 128, zero_point=0)
    b.op("L2_NORMALIZATION", [x], [y])
    return b.build([x], [y])


CASES = {
    "SOFTMAX": softmax,
    "LOG_SOFTMAX": log_softmax,
    "L2_NORMALIZATION": l2_normalization,
}

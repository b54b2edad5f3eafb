"""SOFTMAX."""

from __future__ import annotations

from tests.compiler.cases.draw import draw_quant, pick
from tests.compiler.tflite_builder import ModelBuilder


def softmax(rng):
    rows, channels = int(pick(rng, 1, 1, 4)), int(pick(rng, 1, 2, rng.integers(1, 40)))
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor((rows, channels), scale=scale, zero_point=zero_point)
    y = b.tensor((rows, channels), scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [x], [y], beta=float(pick(rng, 1.0, 1.0, 0.5, 2.0)))
    return b.build([x], [y])


CASES = {
    "SOFTMAX": softmax,
}

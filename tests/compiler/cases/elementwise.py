"""Operators on two tensors, element by element."""

from __future__ import annotations

from tests.compiler.cases.draw import ACTIVATIONS, draw_image, draw_quant, pick
from tests.compiler.tflite_builder import ModelBuilder


def add(rng):
    """Two inputs of unequal scale: one is the other, requantized."""
    h, w, c = draw_image(rng)
    b = ModelBuilder()
    tensors = []
    for _ in range(3):
        scale, zero_point = draw_quant(rng)
        tensors.append(b.tensor((1, h, w, c), scale=scale, zero_point=zero_point))
    x, other, y = tensors
    b.op("QUANTIZE", [x], [other])
    inputs = [x, other] if rng.random() < 0.8 else [other, other]
    b.op("ADD", inputs, [y], fusedActivationFunction=pick(rng, *ACTIVATIONS))
    return b.build([x], [y])


CASES = {
    "ADD": add,
}

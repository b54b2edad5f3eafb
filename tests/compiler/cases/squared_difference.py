"""SQUARED_DIFFERENCE."""

from __future__ import annotations

import numpy as np

from tests.compiler.cases.draw import draw_quant, pick
from tests.compiler.cases.elementwise import draw_constant, draw_shapes, scale_near
from tests.compiler.tflite_builder import ModelBuilder


def squared_difference(rng: np.random.Generator) -> bytes:
    """Two activations, or one and a constant on either side."""
    *shapes, output = draw_shapes(rng)
    first, second = draw_quant(rng), draw_quant(rng)
    if rng.random() < 0.4:
        second = (scale_near(rng, first[0]), second[1])
    # Below a 4,096th of the larger scale's square the reference has no multiplier.
    square = max(first[0], second[0]) ** 2
    y_scale = float(
        np.float32(square * 2.0 ** rng.uniform(*pick(rng, (-11, 9), (5, 9), (5, 9))))
    )
    y_zero_point = int(pick(rng, -128, draw_quant(rng)[1]))
    constant = int(pick(rng, -1, -1, 0, 1))
    b = ModelBuilder()
    ids = []
    for i, (shape, quant) in enumerate(zip(shapes, (first, second), strict=True)):
        data = draw_constant(rng, shape) if i == constant else None
        ids.append(b.tensor(shape, scale=quant[0], zero_point=quant[1], data=data))
    y = b.tensor(output, scale=y_scale, zero_point=y_zero_point)
    b.op("SQUARED_DIFFERENCE", ids, [y])
    return b.build([t for i, t in enumerate(ids) if i != constant], [y])


CASES = {"SQUARED_DIFFERENCE": squared_difference}

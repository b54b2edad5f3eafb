"""Reductions."""

from __future__ import annotations

import numpy as np

from tests.compiler.cases.draw import draw_image, draw_quant, pick
from tests.compiler.tflite_builder import ModelBuilder


def mean(rng):
    shape = (1, *draw_image(rng))
    axes = pick(rng, (1, 2), (1, 2), (1,), (2,), (3,), (1, 2, 3), (2, 3))
    keep = bool(rng.random() < 0.5)
    out = [1 if i in axes else d for i, d in enumerate(shape) if keep or i not in axes]
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    k = b.tensor((len(axes),), "int32", data=np.array(axes, np.int32))
    y_scale = scale * pick(rng, 1.0, 2.0 ** rng.uniform(-2, 2))
    y = b.tensor(out, scale=y_scale, zero_point=draw_quant(rng)[1])
    b.op("MEAN", [x, k], [y], keepDims=keep)
    return b.build([x], [y])


CASES = {
    "MEAN": mean,
}

"""Operators that move data."""

from __future__ import annotations

import numpy as np

from tests.compiler.cases.draw import draw_image, draw_quant, pick
from tests.compiler.tflite_builder import ModelBuilder


def pad(rng):
    rank = int(pick(rng, 4, 4, 3, 2))
    shape = (1, *draw_image(rng))[4 - rank :]
    padding = rng.integers(0, 3, (rank, 2)).astype(np.int32)
    if rank == 4:
        padding[0] = 0
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    k = b.tensor((rank, 2), "int32", data=padding)
    out = [d + int(p.sum()) for d, p in zip(shape, padding, strict=True)]
    y = b.tensor(out, scale=scale, zero_point=zero_point)
    b.op("PAD", [x, k], [y])
    return b.build([x], [y])


def reshape(rng):
    h, w, c = draw_image(rng)
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor((1, h, w, c), scale=scale, zero_point=zero_point)
    k = b.tensor((2,), "int32", data=np.array([1, h * w * c], np.int32))
    y = b.tensor((1, h * w * c), scale=scale, zero_point=zero_point)
    b.op("RESHAPE", [x, k], [y], newShape=np.array([1, h * w * c], np.int32))
    return b.build([x], [y])


CASES = {
    "PAD": pad,
    "RESHAPE": reshape,
}

"""ARG_MAX and ARG_MIN."""

from __future__ import annotations

from functools import partial

import numpy as np

from tests.compiler.cases.draw import draw_quant, pick
from tests.compiler.tflite_builder import TYPES, ModelBuilder


def arg_extremum(kind: str, rng: np.random.Generator, dtype: str = "int32") -> bytes:
    """Along any axis of 1 to 5 dimensions, at times reshaped."""
    rank = int(rng.integers(1, 6))
    shape = tuple(int(pick(rng, 1, 2, rng.integers(1, 9))) for _ in range(rank))
    axis = int(rng.integers(0, rank))
    left = shape[:axis] + shape[axis + 1 :]
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    data = np.array(axis - rank * (rng.random() < 0.5), dtype)
    k = b.tensor((), dtype, data=data)
    y = b.tensor(left, dtype)
    b.op(kind, [x, k], [y], outputType=TYPES[dtype])
    if rng.random() < 0.7:
        return b.build([x], [y])
    flat = b.tensor((int(np.prod(left)),), dtype)
    to = b.tensor((1,), "int32", data=np.array([-1], np.int32))
    b.op("RESHAPE", [y, to], [flat])
    return b.build([x], [flat])


CASES = {
    "ARG_MAX": partial(arg_extremum, "ARG_MAX"),
    "ARG_MIN": partial(arg_extremum, "ARG_MIN"),
}

"""Reductions."""

from __future__ import annotations

import numpy as np

from tests.compiler.cases.draw import draw_quant, pick
from tests.compiler.tflite_builder import ModelBuilder


def reduction(rng: np.random.Generator, kind: str, *, rescale: bool) -> bytes:
    """Over any axes of 1 to 5 dimensions."""
    rank = int(pick(rng, 4, 4, rng.integers(1, 6)))
    shape = tuple(int(pick(rng, 1, 2, rng.integers(1, 7))) for _ in range(rank))
    if rank == 4:
        shape = (1, *shape[1:])
    count = int(rng.integers(1, rank + 1))
    axes = rng.permutation(rank)[:count]
    if rank == 4 and rng.random() < 0.4:
        axes = np.array([1, 2])
    keep = bool(rng.random() < 0.5)
    out = [1 if i in axes else d for i, d in enumerate(shape) if keep or i not in axes]
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    from_the_end = rng.random(len(axes)) < 0.3
    data = (axes - rank * from_the_end).astype(np.int32)
    k = b.tensor((len(axes),), "int32", data=data)
    y_scale, y_zero_point = scale, zero_point
    if rescale:
        factor = pick(rng, 1.0, 2.0 ** rng.uniform(-2, 2))
        if kind == "SUM":
            elements = np.prod([shape[i] for i in axes])
            factor *= float(elements ** rng.uniform(0, 1))
        y_scale, y_zero_point = scale * factor, draw_quant(rng)[1]
    y = b.tensor(tuple(out), scale=y_scale, zero_point=y_zero_point)
    b.op(kind, [x, k], [y], keepDims=keep)
    return b.build([x], [y])


def mean(rng: np.random.Generator) -> bytes:
    return reduction(rng, "MEAN", rescale=True)


def reduce_max(rng: np.random.Generator) -> bytes:
    return reduction(rng, "REDUCE_MAX", rescale=False)


def reduce_min(rng: np.random.Generator) -> bytes:
    return reduction(rng, "REDUCE_MIN", rescale=False)


def sum_(rng: np.random.Generator) -> bytes:
    return reduction(rng, "SUM", rescale=True)


CASES = {
    "MEAN": mean,
    "REDUCE_MAX": reduce_max,
    "REDUCE_MIN": reduce_min,
    "SUM": sum_,
}

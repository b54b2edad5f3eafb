"""Resizing of images."""

from __future__ import annotations

import numpy as np

from tests.compiler.cases.draw import draw_quant, pick
from tests.compiler.tflite_builder import ModelBuilder

INEXACT = (14, 23), (4, 41), (14, 46), (8, 24)  # float32 rounds their pixels' places


def draw_sizes(rng: np.random.Generator) -> tuple[int, int]:
    """Of one dimension: input and output."""
    size = int(pick(rng, 1, rng.integers(2, 17), rng.integers(2, 17)))
    if rng.random() < 0.2:
        return pick(rng, *INEXACT)
    free = int(rng.integers(1, 40))
    return size, int(pick(rng, 1, size, 2 * size, 3 * size, free, free, free))


def resize(rng: np.random.Generator, kind: str, alignment: tuple[bool, bool]) -> bytes:
    """Up, down, to one pixel, by whole factors and by others."""
    (h, rows), (w, columns) = draw_sizes(rng), draw_sizes(rng)
    c = int(pick(rng, 1, 3, 4, 7))
    sizes = rows, columns
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor((1, h, w, c), scale=scale, zero_point=zero_point)
    k = b.tensor((2,), "int32", data=np.array(sizes, np.int32))
    y = b.tensor((1, *sizes, c), scale=scale, zero_point=zero_point)
    align_corners, half_pixel_centers = alignment
    options = {"alignCorners": align_corners, "halfPixelCenters": half_pixel_centers}
    b.op(kind, [x, k], [y], **options)
    return b.build([x], [y])


def resize_bilinear(rng: np.random.Generator) -> bytes:
    alignment = pick(rng, (False, False), (False, True), (True, False))
    return resize(rng, "RESIZE_BILINEAR", alignment)


def resize_nearest_neighbor(rng: np.random.Generator) -> bytes:
    alignment = pick(rng, (False, False), (False, True), (True, False), (True, True))
    return resize(rng, "RESIZE_NEAREST_NEIGHBOR", alignment)


CASES = {
    "RESIZE_BILINEAR": resize_bilinear,
    "RESIZE_NEAREST_NEIGHBOR": resize_nearest_neighbor,
}

"""Resizing of images."""

from __future__ import annotations

import numpy as np

from tests.compiler.cases.draw import draw_image, draw_quant, pick
from tests.compiler.tflite_builder import ModelBuilder


def resize(rng, kind, alignment):
    """Up, down, to one pixel, by whole factors and by others."""
    h, w, c = draw_image(rng)
    sizes = tuple(
        int(pick(rng, 1, size, 2 * size, 3 * size, rng.integers(1, 25)))
        for size in (h, w)
    )
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor((1, h, w, c), scale=scale, zero_point=zero_point)
    k = b.tensor((2,), "int32", data=np.array(sizes, np.int32))
    y = b.tensor((1, *sizes, c), scale=scale, zero_point=zero_point)
    align_corners, half_pixel_centers = alignment
    options = {"alignCorners": align_corners, "halfPixelCenters": half_pixel_centers}
    b.op(kind, [x, k], [y], **options)
    return b.build([x], [y])


def resize_bilinear(rng):
    alignment = pick(rng, (False, False), (False, True), (True, False))
    return resize(rng, "RESIZE_BILINEAR", alignment)


def resize_nearest_neighbor(rng):
    alignment = pick(rng, (False, False), (False, True), (True, False), (True, True))
    return resize(rng, "RESIZE_NEAREST_NEIGHBOR", alignment)


CASES = {
    "RESIZE_BILINEAR": resize_bilinear,
    "RESIZE_NEAREST_NEIGHBOR": resize_nearest_neighbor,
}

"""Pooling."""

from __future__ import annotations

import numpy as np

from tests.compiler.cases.draw import (
    ACTIVATIONS,
    draw_image,
    draw_quant,
    draw_window,
    pick,
)
from tests.compiler.tflite_builder import ModelBuilder


def pool(rng: np.random.Generator, kind: str) -> bytes:
    h, w, c = draw_image(rng)
    padding, kernels, strides, _, sizes = draw_window(rng, h, w, dilate=False)
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor((1, h, w, c), scale=scale, zero_point=zero_point)
    y = b.tensor((1, *sizes, c), scale=scale, zero_point=zero_point)
    options = {
        "padding": padding,
        "strideH": strides[0],
        "strideW": strides[1],
        "filterHeight": kernels[0],
        "filterWidth": kernels[1],
        "fusedActivationFunction": pick(rng, *ACTIVATIONS),
    }
    b.op(kind, [x], [y], **options)
    return b.build([x], [y])


def max_pool_2d(rng: np.random.Generator) -> bytes:
    return pool(rng, "MAX_POOL_2D")


def average_pool_2d(rng: np.random.Generator) -> bytes:
    return pool(rng, "AVERAGE_POOL_2D")


CASES = {
    "MAX_POOL_2D": max_pool_2d,
    "AVERAGE_POOL_2D": average_pool_2d,
}

"""From uint8 images to the int8 input of a model.

A model's real input is `image / 255`; TFLite's affine quantization then gives
`q = round(real / scale) + zero_point`, rounded half away from zero and clipped to int8.
A pixel has 256 values, so the rule is one table.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["quantize_images"]


def quantize_images(
    images: NDArray[np.uint8], *, scale: float, zero_point: int
) -> NDArray[np.int8]:
    """The int8 model input for each pixel of `images`, computed in float64.

    Args:
        images: uint8 images of any shape, usually NHWC.
        scale: Scale of the model's input tensor.
        zero_point: Zero point of the model's input tensor.

    Raises:
        ValueError: If the scale is not positive and finite or images are not uint8.

    >>> pixels = np.array([0, 128, 255], np.uint8)
    >>> quantize_images(pixels, scale=1 / 255, zero_point=-128)
    array([-128,    0,  127], dtype=int8)
    """
    if images.dtype != np.uint8:
        raise ValueError(f"images: expected uint8, got {images.dtype}")
    if not (math.isfinite(scale) and scale > 0):
        raise ValueError(f"input scale: expected a positive number, got {scale}")
    steps = np.arange(256, dtype=np.float64) / 255 / scale
    whole = np.floor(steps)  # no step is negative, so half away from zero is half up
    rounded = whole + (steps - whole >= 0.5)
    table = np.clip(rounded + zero_point, -128, 127).astype(np.int8)
    return np.asarray(table[images], dtype=np.int8)

"""From uint8 images to the input of a model.

A model's real input is `image / 255`, or that scaled as it expects it; TFLite's
affine quantization then gives `q = round(real / scale) + zero_point`, rounded half away
from zero and clipped to its type. A pixel has 256 values, so the rule is one table, or
one a channel.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.scaling import UNIT, Scaling

__all__ = ["pixel_table", "quantize_images"]


def quantize_images(
    images: NDArray[np.uint8],
    *,
    scale: float,
    zero_point: int,
    scaling: Scaling = UNIT,
) -> NDArray[np.int8]:
    """The int8 model input for each pixel of `images`, computed in float64.

    Args:
        images: uint8 images of any shape, usually NHWC.
        scale: Scale of the model's input tensor.
        zero_point: Zero point of the model's input tensor.
        scaling: What the model expects of a pixel.

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
    table = pixel_table("int8", scale, zero_point, scaling)
    if table.shape[1] == 1:
        return np.asarray(table[images, 0], dtype=np.int8)
    return np.asarray(table[images, np.arange(images.shape[-1])], dtype=np.int8)


def pixel_table(
    dtype: str, scale: float, zero_point: int, scaling: Scaling = UNIT
) -> NDArray[Any]:
    """What an input takes for each of a pixel's 256 values.

    Args:
        dtype: Of the input: "int8", "uint8" or "float32".
        scale: Of the input, unless it is real.
        zero_point: Likewise.
        scaling: What the model expects of a pixel.

    Returns:
        An array of shape (256, 1), or (256, channels) where they differ.
    """
    shares = np.arange(256, dtype=np.float64)[:, None] / 255
    mean, deviation = np.asarray(scaling.mean), np.asarray(scaling.deviation)
    real = shares if scaling == UNIT else (shares - mean) / deviation
    if dtype == "float32":
        return real.astype(np.float32)
    steps, limits = real / scale, np.iinfo(dtype)
    rounded = np.trunc(steps)  # toward zero, so half away from it is one more
    rounded += np.sign(steps) * (np.abs(steps - rounded) >= 0.5)
    return np.asarray(np.clip(rounded + zero_point, limits.min, limits.max), dtype)

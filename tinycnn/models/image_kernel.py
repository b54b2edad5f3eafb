"""A kernel of the image processing books as a network: weights given, none learned.

One convolution, padded with zeros, whose output is a picture: for each pixel the sum of
its neighbours times the kernel's numbers, divided. Of colour images all three channels
are in one sum, which is divided by three more.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinycnn.families import Rows
from tinycnn.models.backend import keras

__all__ = ["build"]


def build(
    *, input_shape: tuple[int, int, int], classes: int, kernel: Rows, divisor: int
) -> Any:
    """One convolution; its output has a value a pixel, row by row.

    Args:
        input_shape: Height, width and channels of an image.
        classes: Names of outputs there are; a picture has one a pixel anyway.
        kernel: 3 or 5 rows.
        divisor: 1 or more.
    """
    del classes
    layers, channels = keras.layers, input_shape[2]
    image = keras.Input(input_shape, name="image")
    weights = np.asarray(kernel, np.float32)[:, :, None, None] / (divisor * channels)
    weights = np.repeat(weights, channels, axis=2)
    convolution = layers.Conv2D(1, len(kernel), padding="same", name="kernel")
    x = convolution(image)
    convolution.set_weights([weights, np.zeros(1, np.float32)])
    x = layers.Flatten(name="pixels")(x)
    return keras.Model(image, x, name="image_kernel")

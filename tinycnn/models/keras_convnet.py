"""The convnet of Chollet's textbook: 104,202 parameters for 28x28x1 digits.

Deep Learning with Python, second edition, 2021, listing 8.1: convolutions of 32, 64 and
128 maps, max pooling between them, one dense layer. Nothing is scaled down. Images too
small for its unpadded convolutions are padded.
"""

from __future__ import annotations

from typing import Any

from tinycnn.models.backend import keras
from tinycnn.models.blocks import Shape, scaled

__all__ = ["build"]

_CHANNELS = (32, 64, 128)
_SMALLEST_UNPADDED = 18


def build(*, input_shape: Shape, classes: int, width: float) -> Any:
    """The textbook's convnet for images of any size from 4x4 up."""
    padding = "valid" if min(input_shape[:2]) >= _SMALLEST_UNPADDED else "same"
    layers = keras.layers
    image = x = keras.Input(input_shape, name="image")
    for number, channels in enumerate(_CHANNELS, start=1):
        if number > 1:
            x = layers.MaxPooling2D(2, name=f"pool_{number - 1}")(x)
        x = layers.Conv2D(
            scaled(channels, width),
            3,
            padding=padding,
            activation="relu",
            name=f"conv_{number}",
        )(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(classes, name="logits")(x)
    x = layers.Softmax(name="probabilities")(x)
    return keras.Model(image, x, name="keras_convnet")

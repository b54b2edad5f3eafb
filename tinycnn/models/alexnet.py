"""AlexNet (Krizhevsky, Sutskever and Hinton, 2012) for small images.

Kept: five convolutions with ReLU, overlapping 3x3 max pools after the first, second and
fifth, two hidden dense layers with dropout. Scaled down: the default width is an eighth
of the paper's channels, and the hidden layers have 512 units times `width`, not 4,096,
as ten classes need no more and they would not fit the flash. The first kernel, 11x11
with stride 4 for 224 pixels, is 5x5 with stride 1 for images under 64. Left out: the
two-GPU groups, and local response normalization, which has no int8 operator and which
later networks do without.
"""

from __future__ import annotations

from typing import Any

from tinycnn.models.backend import keras
from tinycnn.models.blocks import Shape, scaled

__all__ = ["build"]

_CHANNELS = (96, 256, 384, 384, 256)
_POOLED = (1, 2, 5)  # the convolutions that a pool follows
_HIDDEN = 512
_LARGE = 64  # pixels


def build(*, input_shape: Shape, classes: int, width: float) -> Any:
    """AlexNet for images of any size."""
    first = (11, 4) if min(input_shape[:2]) >= _LARGE else (5, 1)
    shapes = (first, (5, 1), (3, 1), (3, 1), (3, 1))
    layers = keras.layers
    image = x = keras.Input(input_shape, name="image")
    for number, (channels, (kernel, stride)) in enumerate(
        zip(_CHANNELS, shapes, strict=True), start=1
    ):
        x = layers.Conv2D(
            scaled(channels, width),
            kernel,
            stride,
            padding="same",
            activation="relu",
            name=f"conv_{number}",
        )(x)
        if number in _POOLED:
            x = layers.MaxPooling2D(3, 2, padding="same", name=f"pool_{number}")(x)
    x = layers.Flatten(name="flatten")(x)
    for number in (1, 2):
        x = layers.Dropout(0.5, name=f"dropout_{number}")(x)
        units = scaled(_HIDDEN, width)
        x = layers.Dense(units, activation="relu", name=f"dense_{number}")(x)
    x = layers.Dense(classes, name="logits")(x)
    x = layers.Softmax(name="probabilities")(x)
    return keras.Model(image, x, name="alexnet")

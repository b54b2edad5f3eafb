"""VGG (Simonyan and Zisserman, 2015) for small images.

Kept: stages of 3x3 convolutions with ReLU, halved by 2x2 max pools, channels doubled
from stage to stage, two hidden dense layers with dropout. `depth` is the number of
convolutions a stage. Scaled down: the default width is a quarter of the paper's
channels; small images get fewer than five stages; the hidden layers have 512 units
times `width`, not 4,096, as they would not fit the flash. Added: batch normalization,
without which the paper had to train its deep nets from shallow ones.
"""

from __future__ import annotations

from typing import Any

from tinycnn.models.backend import keras
from tinycnn.models.blocks import Shape, conv, halvings, scaled

__all__ = ["build"]

_CHANNELS = (64, 128, 256, 512, 512)
_HIDDEN = 512


def build(*, input_shape: Shape, classes: int, width: float, depth: int) -> Any:
    """VGG with `depth` convolutions a stage, for images of any size from 2x2 up."""
    layers = keras.layers
    image = x = keras.Input(input_shape, name="image")
    stages = _CHANNELS[: max(1, halvings(input_shape))]
    for stage, channels in enumerate(stages, start=1):
        for number in range(1, depth + 1):
            x = conv(x, scaled(channels, width), 3, f"conv_{stage}_{number}")
        x = layers.MaxPooling2D(2, name=f"pool_{stage}")(x)
    x = layers.Flatten(name="flatten")(x)
    for number in (1, 2):
        units = scaled(_HIDDEN, width)
        x = layers.Dense(units, activation="relu", name=f"dense_{number}")(x)
        x = layers.Dropout(0.5, name=f"dropout_{number}")(x)
    x = layers.Dense(classes, name="logits")(x)
    x = layers.Softmax(name="probabilities")(x)
    return keras.Model(image, x, name="vgg")

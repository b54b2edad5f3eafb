"""SqueezeNet (Iandola et al., 2016), the authors' version 1.1, for small images.

Kept: eight fire modules, which squeeze by 1x1 and expand by 1x1 and 3x3 side by side,
dropout, and a 1x1 convolution with one map a class in place of a dense layer. Scaled
down: the default width is a quarter of the paper's channels, and small images are
halved less often, `halvings` times at most. Added: batch normalization; the last
convolution has no ReLU, so that a class can also be argued against.
"""

from __future__ import annotations

from typing import Any

from tinycnn.models.backend import keras
from tinycnn.models.blocks import Shape, conv, fit_strides, scaled

__all__ = ["build"]

_STEM_CHANNELS = 64
# Squeezed and expanded channels of the fire modules; each stage begins with a pool.
_STAGES = (
    ((16, 64), (16, 64)),
    ((32, 128), (32, 128)),
    ((48, 192), (48, 192), (64, 256), (64, 256)),
)


def build(*, input_shape: Shape, classes: int, width: float, halvings: int) -> Any:
    """SqueezeNet for images of any size."""
    layers = keras.layers
    stem, *pools = fit_strides([2, 2, 2, 2], input_shape, halvings)
    image = keras.Input(input_shape, name="image")
    x = conv(image, scaled(_STEM_CHANNELS, width), 3, "stem", strides=stem)
    number = 1
    for stage, pool in zip(_STAGES, pools, strict=True):
        if pool > 1:
            x = layers.MaxPooling2D(3, pool, padding="same", name=f"pool_{number}")(x)
        for squeezed, expanded in stage:
            number += 1  # the authors call the stem number 1
            x = _fire(x, scaled(squeezed, width), scaled(expanded, width), number)
    x = layers.Dropout(0.5, name="dropout")(x)
    x = layers.Conv2D(classes, 1, name="class_maps")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Softmax(name="probabilities")(x)
    return keras.Model(image, x, name="squeezenet")


def _fire(x: Any, squeezed: int, expanded: int, number: int) -> Any:
    """One fire module (the paper's figure 1)."""
    name = f"fire_{number}"
    x = conv(x, squeezed, 1, f"{name}_squeeze")
    a = conv(x, expanded, 1, f"{name}_1x1")
    b = conv(x, expanded, 3, f"{name}_3x3")
    return keras.layers.Concatenate(name=name)([a, b])

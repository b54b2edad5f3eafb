"""A small modern network: one convolution, then depthwise-separable blocks.

Convolutions are followed by batch normalization and ReLU6; global average pooling and
one dense layer end the network. Images are halved until 4 to 7 pixels are left on their
shorter side, so 8x8, 28x28, 32x32 and 96x96 all suit it. With `width` 1.0 it has about
13,000 parameters, most of them in 1x1 convolutions, where Cortex-M kernels are fast.
"""

from __future__ import annotations

from typing import Any

from tinycnn.models.backend import keras
from tinycnn.models.blocks import Shape, classified, conv, depthwise, halvings, scaled

__all__ = ["build"]

_STEM_CHANNELS = 16
_BLOCK_CHANNELS = (32, 48, 64, 64)
# Which convolutions halve the image, by the number of halvings; 0 is the stem.
_HALVED = ((), (2,), (1, 3), (0, 1, 3), (0, 1, 2, 3), (0, 1, 2, 3, 4))


def build(*, input_shape: Shape, classes: int, width: float) -> Any:
    """The network for images of any size."""
    halved = _HALVED[halvings(input_shape, final_size=4)]
    strides = [2 if number in halved else 1 for number in range(5)]
    image = keras.Input(input_shape, name="image")
    channels = scaled(_STEM_CHANNELS, width)
    x = conv(image, channels, 3, "stem", strides=strides[0], activation="relu6")
    for number, channels in enumerate(_BLOCK_CHANNELS, start=1):
        name = f"depthwise_{number}"
        x = depthwise(x, 3, name, strides=strides[number], activation="relu6")
        channels = scaled(channels, width)
        x = conv(x, channels, 1, f"pointwise_{number}", activation="relu6")
    return keras.Model(image, classified(x, classes), name="tiny_cnn")

"""A residual network whose 3x3 convolutions, all but the first, are depthwise.

Each separable convolution is one of MobileNet's (Howard et al., 2017): depthwise 3x3,
then 1x1; where its shape stays, it has ResNet's shortcut (He et al., 2016). Channels
are multiples of 16, which is what processors with bfloat16 are fast at.
"""

from typing import Any

import keras

_STEM_CHANNELS = 32
_STAGES = ((64, 3), (112, 4))  # channels, separable convolutions


def build(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """The network for images of a few dozen pixels."""
    layers = keras.layers
    image = keras.Input(input_shape, name="image")
    x = layers.Conv2D(_STEM_CHANNELS, 3, padding="same", use_bias=False)(image)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for channels, convolutions in _STAGES:
        x = _separable(layers.MaxPooling2D()(x), channels)
        for _ in range(convolutions - 1):
            x = layers.Add()([x, _separable(x, channels)])
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Softmax()(layers.Dense(classes)(x)))


def _separable(x: Any, channels: int) -> Any:
    """A depthwise 3x3 convolution, then a 1x1, each normalized and activated."""
    layers = keras.layers
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(channels, 1, use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization()(x))

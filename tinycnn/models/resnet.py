"""ResNet (He et al., 2016) as the paper builds it for CIFAR-10, and MLPerf Tiny's.

Three stages of 16, 32 and 64 channels with `depth` = 6n + 2 layers, n residual blocks a
stage. Depth 20 is the smallest of the paper's section 4.2; depth 8 is the network of
MLPerf Tiny's image classification, layer for layer: 12.5 million multiply-accumulates
and 77,706 weights and biases for 32x32x3 images. As there, a 1x1 convolution with bias
is the shortcut where shapes change. Images from 64 pixels up are halved by the stem.
"""

from __future__ import annotations

from typing import Any

from tinycnn.models.backend import keras
from tinycnn.models.blocks import Shape, activated, conv, scaled

__all__ = ["build"]

_CHANNELS = (16, 32, 64)
_LARGE = 64  # pixels


def build(*, input_shape: Shape, classes: int, width: float, depth: int) -> Any:
    """ResNet of `depth` layers with weights, shortcuts not counted."""
    layers = keras.layers
    image = keras.Input(input_shape, name="image")
    stride = 2 if min(input_shape[:2]) >= _LARGE else 1
    x = conv(image, scaled(_CHANNELS[0], width), 3, "stem", strides=stride)
    for stage, channels in enumerate(_CHANNELS, start=1):
        for number in range(1, (depth - 2) // 6 + 1):
            stride = 2 if stage > 1 and number == 1 else 1
            x = _block(x, scaled(channels, width), stride, f"block_{stage}_{number}")
    x = layers.AveragePooling2D(x.shape[1:3], name="mean")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(classes, name="logits")(x)
    x = layers.Softmax(name="probabilities")(x)
    return keras.Model(image, x, name="resnet")


def _block(x: Any, channels: int, stride: int, name: str) -> Any:
    """Two convolutions beside a shortcut (the paper's figure 2)."""
    layers = keras.layers
    y = conv(x, channels, 3, f"{name}_conv_1", strides=stride)
    y = conv(y, channels, 3, f"{name}_conv_2", activation="linear")
    if stride > 1:
        x = layers.Conv2D(channels, 1, stride, name=f"{name}_shortcut")(x)
    return activated(layers.Add(name=f"{name}_add")([x, y]), "relu", f"{name}_add")

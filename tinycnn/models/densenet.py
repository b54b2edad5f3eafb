"""DenseNet (Huang et al., 2017), as the paper's DenseNet-BC for CIFAR-10.

Kept: three dense blocks in which each layer appends its maps to all before it, a 1x1
bottleneck of four times the growth before each 3x3 convolution, transitions that halve
channels and image. Scaled down: the default growth is 8 maps a layer, not 12, and a
block has `depth` layers, 16 in the paper's network of 100. The order differs, too:
normalization and ReLU follow a convolution, as before it they could not be folded into
its weights. Images from 64 pixels up are quartered by the stem.
"""

from __future__ import annotations

from typing import Any

from tinycnn.models.backend import keras
from tinycnn.models.blocks import Shape, classified, conv, scaled

__all__ = ["build"]

_BLOCKS = 3
_GROWTH = 12
_LARGE = 64  # pixels


def build(*, input_shape: Shape, classes: int, width: float, depth: int) -> Any:
    """DenseNet with `depth` layers a block, for images of any size from 4x4 up."""
    layers = keras.layers
    growth = scaled(_GROWTH, width)
    is_large = min(input_shape[:2]) >= _LARGE
    image = keras.Input(input_shape, name="image")
    x = conv(image, 2 * growth, 3, "stem", strides=2 if is_large else 1)
    if is_large:
        x = layers.MaxPooling2D(2, name="stem_pool")(x)
    for block in range(1, _BLOCKS + 1):
        if block > 1:
            x = conv(x, scaled(x.shape[-1], 0.5), 1, f"transition_{block - 1}")
            x = layers.AveragePooling2D(2, name=f"pool_{block - 1}")(x)
        for number in range(1, depth + 1):
            name = f"layer_{block}_{number}"
            y = conv(x, 4 * growth, 1, f"{name}_bottleneck")
            y = conv(y, growth, 3, f"{name}_conv")
            x = layers.Concatenate(name=name)([x, y])
    return keras.Model(image, classified(x, classes), name="densenet")

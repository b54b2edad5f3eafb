"""A small modern network: one convolution, then depthwise-separable blocks.

Convolutions are followed by batch normalization and ReLU6; global average pooling and
one dense layer end the network. Images are halved until 4 to 7 pixels are left on their
shorter side, so 8x8, 28x28, 32x32 and 96x96 all suit it. With `width` 1.0 it has about
13,000 parameters, most of them in 1x1 convolutions, where Cortex-M kernels are fast.
"""

from __future__ import annotations

from typing import Any

from tinycnn.models.backend import keras

__all__ = ["build"]

_STEM_CHANNELS = 16
_BLOCK_CHANNELS = (32, 48, 64, 64)
_FINAL_SIZE = 4
# Which convolutions halve the image, by the number of halvings; 0 is the stem.
_HALVINGS = ((), (2,), (1, 3), (0, 1, 3), (0, 1, 2, 3), (0, 1, 2, 3, 4))
_BATCH_NORM_MOMENTUM = 0.9  # small data sets give few steps to average over


def build(*, input_shape: tuple[int, int, int], classes: int, width: float) -> Any:
    """The network for images of any size."""
    halved = _HALVINGS[_halvings(min(input_shape[:2]))]
    layers = keras.layers

    image = keras.Input(input_shape, name="image")
    x = layers.Conv2D(
        _scaled(_STEM_CHANNELS, width),
        3,
        strides=2 if 0 in halved else 1,
        padding="same",
        use_bias=False,
        name="stem",
    )(image)
    x = _activated(x, "stem")
    for number, channels in enumerate(_BLOCK_CHANNELS, start=1):
        stride = 2 if number in halved else 1
        x = _separable_block(x, number, _scaled(channels, width), stride)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dense(classes, name="logits")(x)
    x = layers.Softmax(name="probabilities")(x)
    return keras.Model(image, x, name="tiny_cnn")


def _halvings(size: int) -> int:
    """How often a side of `size` pixels is halved, by the integer logarithm.

    >>> [_halvings(size) for size in (4, 8, 28, 32, 96, 500)]
    [0, 1, 2, 3, 4, 5]
    """
    return min(max(0, (size // _FINAL_SIZE).bit_length() - 1), len(_HALVINGS) - 1)


def _separable_block(x: Any, number: int, channels: int, stride: int) -> Any:
    """A depthwise 3x3 and a 1x1 convolution, each normalized and activated."""
    layers = keras.layers
    depthwise, pointwise = f"depthwise_{number}", f"pointwise_{number}"
    x = layers.DepthwiseConv2D(
        3, strides=stride, padding="same", use_bias=False, name=depthwise
    )(x)
    x = _activated(x, depthwise)
    x = layers.Conv2D(channels, 1, use_bias=False, name=pointwise)(x)
    return _activated(x, pointwise)


def _activated(x: Any, name: str) -> Any:
    """Batch normalization and ReLU6 after the convolution called `name`."""
    norm = keras.layers.BatchNormalization(
        momentum=_BATCH_NORM_MOMENTUM, name=f"{name}_norm"
    )
    return keras.layers.ReLU(max_value=6.0, name=f"{name}_relu6")(norm(x))


def _scaled(channels: int, width: float) -> int:
    """`channels` times `width`, as whole 32-bit words of int8."""
    return max(4, 4 * round(channels * width / 4))

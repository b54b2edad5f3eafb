"""DS-CNN (Zhang et al., 2017, "Hello Edge"): depthwise-separable blocks of one width.

For spectrograms of 49x10 it is the network of MLPerf Tiny's keyword spotting: a 10x4
convolution with stride 2, four blocks of 64 channels, 2.7 million multiply-accumulates
and 22,604 weights and biases. Square images get a 3x3 kernel in its place, and stride 4
from 64 pixels up, as all blocks work at the stem's resolution. `depth` is the number of
blocks.
"""

from __future__ import annotations

from typing import Any

from tinycnn.models.backend import keras
from tinycnn.models.blocks import Shape, classified, conv, depthwise, scaled

__all__ = ["build"]

_CHANNELS = 64
_SPECTROGRAM_KERNEL = (10, 4)  # time, frequency
_LARGE = 64  # pixels


def build(*, input_shape: Shape, classes: int, width: float, depth: int) -> Any:
    """DS-CNN with `depth` blocks."""
    height, breadth, _ = input_shape
    kernel = _SPECTROGRAM_KERNEL if height > 2 * breadth else (3, 3)
    stride = 4 if min(height, breadth) >= _LARGE else 2
    channels = scaled(_CHANNELS, width)
    image = keras.Input(input_shape, name="image")
    x = conv(image, channels, kernel, "stem", strides=stride)
    x = keras.layers.Dropout(0.2, name="stem_dropout")(x)
    for number in range(1, depth + 1):
        x = depthwise(x, 3, f"depthwise_{number}")
        x = conv(x, channels, 1, f"pointwise_{number}")
    return keras.Model(image, classified(x, classes, dropout=0.4), name="ds_cnn")

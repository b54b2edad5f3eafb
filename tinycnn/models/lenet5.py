"""LeNet-5 (LeCun et al., 1998, section II.B): 61,706 parameters for 28x28x1 digits.

The layer sizes are the paper's. What differs, as in most of today's versions: every map
of the second convolution sees all six maps of the first, subsampling is max pooling
without weights, the activation is ReLU, the output is softmax instead of radial basis
functions. The paper pads 28x28 images to 32x32; here the first convolution pads.
"""

from __future__ import annotations

from typing import Any

from tinycnn.errors import ProjectError
from tinycnn.models.backend import keras

__all__ = ["build"]

_PAPER_SIZE = 32
_SMALLEST_SIZE = 4


def build(*, input_shape: tuple[int, int, int], classes: int, width: float) -> Any:
    """LeNet-5 for images of any size from 4x4 up.

    Raises:
        ProjectError: If the images are smaller.
    """
    size = min(input_shape[:2])
    if size < _SMALLEST_SIZE:
        raise ProjectError(
            f"model 'lenet5': expected images of at least {_SMALLEST_SIZE}x"
            f"{_SMALLEST_SIZE}, got {input_shape[0]}x{input_shape[1]}",
            hint="choose a larger image size",
        )
    first_padding = "same" if size < _PAPER_SIZE else "valid"
    second_padding = "same" if size // 2 < 6 else "valid"
    layers = keras.layers

    image = keras.Input(input_shape, name="image")
    x = layers.Conv2D(
        _scaled(6, width), 5, padding=first_padding, activation="relu", name="conv_1"
    )(image)
    x = layers.MaxPooling2D(2, name="pool_1")(x)
    x = layers.Conv2D(
        _scaled(16, width), 5, padding=second_padding, activation="relu", name="conv_2"
    )(x)
    x = layers.MaxPooling2D(2, name="pool_2")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(_scaled(120, width), activation="relu", name="dense_1")(x)
    x = layers.Dense(_scaled(84, width), activation="relu", name="dense_2")(x)
    x = layers.Dense(classes, name="logits")(x)
    x = layers.Softmax(name="probabilities")(x)
    return keras.Model(image, x, name="lenet5")


def _scaled(channels: int, width: float) -> int:
    """`channels` times `width`, at least one."""
    return max(1, round(channels * width))

"""MobileNet (Howard et al., 2017): a convolution, 13 depthwise-separable blocks.

`width` is the paper's alpha. The default, 0.25, with 96x96 images is the network of
MLPerf Tiny's visual wake words: 7.5 million multiply-accumulates. The channels are the
paper's table 1; small images are halved less often, and `halvings` times at most.
"""

from __future__ import annotations

from typing import Any

from tinycnn.models.backend import keras
from tinycnn.models.blocks import (
    Shape,
    classified,
    conv,
    depthwise,
    fit_strides,
    scaled,
)

__all__ = ["build"]

_STEM_CHANNELS = 32
_CHANNELS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
_STRIDES = (2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)  # the stem's is the first


def build(*, input_shape: Shape, classes: int, width: float, halvings: int) -> Any:
    """MobileNet for images of any size."""
    stem, *strides = fit_strides(_STRIDES, input_shape, halvings)
    image = keras.Input(input_shape, name="image")
    x = conv(image, scaled(_STEM_CHANNELS, width), 3, "stem", strides=stem)
    for number, (channels, stride) in enumerate(
        zip(_CHANNELS, strides, strict=True), start=1
    ):
        x = depthwise(x, 3, f"depthwise_{number}", strides=stride)
        x = conv(x, scaled(channels, width), 1, f"pointwise_{number}")
    return keras.Model(image, classified(x, classes), name="mobilenet_v1")

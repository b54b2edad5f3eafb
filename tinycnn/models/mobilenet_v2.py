"""MobileNetV2 (Sandler et al., 2018): inverted bottlenecks with linear ends.

`width` is the authors' multiplier, and channels are rounded as theirs: the layers are
those of Keras' MobileNetV2 of the same alpha, so that its weights fit. As there, the
last convolution keeps 1,280 channels in narrow networks. Small images are halved less
often, and `halvings` times at most.
"""

from __future__ import annotations

from typing import Any

from tinycnn.models.backend import keras
from tinycnn.models.blocks import (
    Shape,
    classified,
    conv,
    fit_strides,
    inverted_bottleneck,
)

__all__ = ["build"]

_STEM_CHANNELS, _HEAD_CHANNELS = 32, 1280
# Table 2, a row a stage: expansion, channels, blocks, stride of the first block.
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def build(*, input_shape: Shape, classes: int, width: float, halvings: int) -> Any:
    """MobileNetV2 for images of any size."""
    stem, *strides = fit_strides(
        [2, *(row[3] for row in _STAGES)], input_shape, halvings
    )
    image = keras.Input(input_shape, name="image")
    x = conv(
        image,
        _scaled(_STEM_CHANNELS, width),
        3,
        "stem",
        strides=stem,
        activation="relu6",
    )
    for stage, ((expansion, channels, blocks, _), stride) in enumerate(
        zip(_STAGES, strides, strict=True), start=1
    ):
        for number in range(1, blocks + 1):
            x = inverted_bottleneck(
                x,
                _scaled(channels, width),
                f"block_{stage}_{number}",
                expansion=expansion,
                strides=stride if number == 1 else 1,
            )
    x = conv(x, _scaled(_HEAD_CHANNELS, max(1.0, width)), 1, "head", activation="relu6")
    return keras.Model(image, classified(x, classes), name="mobilenet_v2")


def _scaled(channels: int, width: float) -> int:
    """`channels` times `width` in eights, but hardly less than nine tenths of it.

    >>> [_scaled(channels, 0.35) for channels in (24, 32, 96)]
    [8, 16, 32]
    """
    exact = channels * width
    rounded = max(8, int(exact + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * exact else rounded + 8

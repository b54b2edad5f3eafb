"""EfficientNet-B0 (Tan and Le, 2019) in its Lite form, made for int8.

Stages, kernels and channels are those of the paper's table 1. As in the authors' Lite
variants, squeeze-and-excitation is left out and the activation is ReLU6;
`squeeze_excite` and `activation` bring them back, hard-swish standing for swish. Scaled
down: the default width is a quarter of the paper's channels, stem and head included,
and small images are halved less often, `halvings` times at most. `depth` multiplies the
blocks of each stage.
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
    scaled,
)

__all__ = ["build"]

_STEM_CHANNELS, _HEAD_CHANNELS = 32, 1280
# Table 1, a row a stage: expansion, channels, blocks, stride of the first, kernel.
_STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)


def build(
    *,
    input_shape: Shape,
    classes: int,
    width: float,
    halvings: int,
    depth: int,
    activation: str,
    squeeze_excite: bool,
) -> Any:
    """EfficientNet-Lite for images of any size."""
    stem, *strides = fit_strides(
        [2, *(row[3] for row in _STAGES)], input_shape, halvings
    )
    image = keras.Input(input_shape, name="image")
    channels = scaled(_STEM_CHANNELS, width)
    x = conv(image, channels, 3, "stem", strides=stem, activation=activation)
    for stage, ((expansion, channels, blocks, _, kernel), stride) in enumerate(
        zip(_STAGES, strides, strict=True), start=1
    ):
        for number in range(1, blocks * depth + 1):
            x = inverted_bottleneck(
                x,
                scaled(channels, width),
                f"block_{stage}_{number}",
                expansion=expansion,
                kernel=kernel,
                strides=stride if number == 1 else 1,
                activation=activation,
                squeeze_excite=squeeze_excite,
            )
    x = conv(x, scaled(_HEAD_CHANNELS, width), 1, "head", activation=activation)
    x = classified(x, classes, dropout=0.2)
    return keras.Model(image, x, name="efficientnet_lite")

"""GoogLeNet (Szegedy et al., 2015), the first Inception, for small images.

Kept: the stem of three convolutions, nine inception modules in three stages with the
channels of the paper's table 1, global average pooling, dropout. Scaled down: the
default width is an eighth of the paper's channels, `depth` keeps the last modules of
each stage, and small images are halved less often, `halvings` times at most. Left out:
the two auxiliary classifiers and local response normalization; batch normalization does
their work.
"""

from __future__ import annotations

from typing import Any

from tinycnn.models.backend import keras
from tinycnn.models.blocks import Shape, classified, conv, fit_strides, scaled

__all__ = ["build"]

# Table 1, a row a module: 1x1; 3x3 and what reduces before it; 5x5 likewise; pool.
_STAGES = (
    ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
    (
        (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
    ),
    ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),
)


def build(
    *, input_shape: Shape, classes: int, width: float, halvings: int, depth: int
) -> Any:
    """GoogLeNet with at most `depth` modules a stage, for images of any size."""
    # Of the stem: a convolution and two pools; then a pool before stages 2 and 3.
    stem, *pools = fit_strides([2, 2, 2, 2, 2], input_shape, halvings)
    image = keras.Input(input_shape, name="image")
    x = conv(image, scaled(64, width), 7 if stem == 2 else 3, "stem_1", strides=stem)
    x = _pooled(x, pools[0], "stem_pool_1")
    x = conv(x, scaled(64, width), 1, "stem_2")
    x = conv(x, scaled(192, width), 3, "stem_3")
    for stage, (rows, pool) in enumerate(zip(_STAGES, pools[1:], strict=True), start=3):
        x = _pooled(x, pool, f"pool_{stage}")
        for letter, row in zip("abcde", rows[-depth:], strict=False):
            x = _inception(
                x, [scaled(n, width) for n in row], f"module_{stage}{letter}"
            )
    return keras.Model(image, classified(x, classes, dropout=0.4), name="googlenet")


def _pooled(x: Any, stride: int, name: str) -> Any:
    if stride == 1:
        return x
    return keras.layers.MaxPooling2D(3, stride, padding="same", name=name)(x)


def _inception(x: Any, channels: list[int], name: str) -> Any:
    """Four branches side by side, concatenated (the paper's figure 2b)."""
    one, reduce_3, three, reduce_5, five, pooled = channels
    layers = keras.layers
    a = conv(x, one, 1, f"{name}_1x1")
    b = conv(x, reduce_3, 1, f"{name}_3x3_reduce")
    b = conv(b, three, 3, f"{name}_3x3")
    c = conv(x, reduce_5, 1, f"{name}_5x5_reduce")
    c = conv(c, five, 5, f"{name}_5x5")
    d = layers.MaxPooling2D(3, 1, padding="same", name=f"{name}_pool")(x)
    d = conv(d, pooled, 1, f"{name}_pool_project")
    return layers.Concatenate(name=name)([a, b, c, d])

"""Varies batches of images: one warp for all that moves pixels, then their values.

One interpolation, instead of one for each of Keras' layers, keeps images sharp and is
fast. All randomness comes from a seed for each batch, so that a resumed training sees
the same images.
"""

from __future__ import annotations

import math
from typing import Any

from tinycnn.models.backend import tf
from tinycnn.recipe import AugmentSettings

__all__ = ["augmented"]

_DRAWS = 9  # random numbers for each image


def augmented(
    images: Any, truth: Any, settings: AugmentSettings, seed: tuple[Any, Any]
) -> tuple[Any, Any]:
    """`images` varied, and `truth` blended as they are.

    Args:
        images: Real values in [0, 1], NHWC.
        truth: A probability for each class and image.
        settings: What to vary.
        seed: Two whole numbers; the same ones give the same result.
    """
    draws = tf.random.stateless_uniform((tf.shape(images)[0], _DRAWS), seed, -1.0, 1.0)
    flip, *draws = tf.unstack(draws, axis=1)
    s = settings
    if s.flip or s.shift or s.rotate or s.zoom or s.shear:
        transforms = _transforms(images.shape[1:3], s, flip, draws[:5])
        if len(truth.shape) == 4:
            truth = _warped_cells(truth, transforms, images.shape[1:3])
        images = _warped(images, transforms, "BILINEAR")
    if s.contrast:
        images = _contrasted(images, 1.0 + s.contrast * draws[5])
    if s.cutout:
        images *= _cut(images.shape[1:3], s.cutout, draws[6], draws[7])
    if s.mixup:
        return _mixed(images, truth, s.mixup, (seed[0], -1 - seed[1]))
    return images, truth


def _transforms(
    size: tuple[int, int], settings: AugmentSettings, flip: Any, draws: Any
) -> Any:
    """Mirrors, moves, turns, slants and scales about the centre, a row an image."""
    h, w = size
    shift = max(1.0, min(h, w) * settings.shift) if settings.shift else 0.0
    dx, dy = shift * draws[0], shift * draws[1]
    if not (settings.rotate or settings.zoom or settings.shear):
        dx, dy = tf.round(dx), tf.round(dy)  # whole pixels stay as sharp as they are
    angle = math.radians(settings.rotate) * draws[2]
    scale = 1.0 + settings.zoom * draws[3]
    slant = tf.tan(math.radians(settings.shear) * draws[4])
    mirror = tf.where(flip < 0.0, -1.0, 1.0) if settings.flip else 1.0
    a, b = scale * tf.cos(angle), -scale * tf.sin(angle)
    c, d = -b, a
    a, b, c, d = mirror * a, a * slant + b, mirror * c, c * slant + d
    x, y = (w - 1) / 2, (h - 1) / 2
    zero = tf.zeros_like(dx)
    rows = (a, b, x - a * x - b * y + dx, c, d, y - c * x - d * y + dy, zero, zero)
    return tf.stack(rows, axis=1)


def _warped(images: Any, transforms: Any, interpolation: str) -> Any:
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=transforms,
        output_shape=tf.constant(tuple(images.shape[1:3])),
        fill_value=0.0,
        interpolation=interpolation,
        fill_mode="CONSTANT",
    )


def _warped_cells(truth: Any, transforms: Any, size: tuple[int, int]) -> Any:
    """The classes of cells, moved as the image is; what comes in is background."""
    sy, sx = (n / cells for n, cells in zip(size, truth.shape[1:3], strict=True))
    oy, ox = (sy - 1.0) / 2.0, (sx - 1.0) / 2.0  # the middle of the first cell
    a, b, x, c, d, y, *rest = tf.unstack(transforms, axis=1)
    rows = (
        a,
        b * sy / sx,
        (a * ox + b * oy + x - ox) / sx,
        c * sx / sy,
        d,
        (c * ox + d * oy + y - oy) / sy,
        *rest,
    )
    moved = _warped(truth, tf.stack(rows, axis=1), "NEAREST")
    missing = 1.0 - tf.reduce_sum(moved, axis=-1, keepdims=True)
    return tf.concat([moved[..., :1] + missing, moved[..., 1:]], axis=-1)


def _contrasted(images: Any, factor: Any) -> Any:
    """Each image's distance from its mean grey, multiplied."""
    mean = tf.reduce_mean(images, (1, 2, 3), keepdims=True)
    factor = tf.reshape(factor, (-1, 1, 1, 1))
    return tf.clip_by_value(mean + factor * (images - mean), 0.0, 1.0)


def _cut(size: tuple[int, int], share: float, row: Any, column: Any) -> Any:
    """0 in a square of each image, which may reach over its border, 1 elsewhere."""
    near = []
    for length, draw in zip(size, (row, column), strict=True):
        centre = (draw[:, tf.newaxis] + 1.0) / 2 * (length - 1)
        distance = tf.abs(tf.range(float(length)) - centre)
        near.append(distance < share * min(size) / 2)
    inside = near[0][:, :, tf.newaxis] & near[1][:, tf.newaxis, :]
    return tf.cast(~inside, tf.float32)[..., tf.newaxis]


def _mixed(images: Any, truth: Any, alpha: float, seed: Any) -> tuple[Any, Any]:
    """Each image and truth blended with those at its place from the end."""
    draws = tf.random.stateless_gamma((2, tf.shape(images)[0]), seed, alpha)
    share = draws[0] / tf.maximum(draws[0] + draws[1], 1e-12)
    share = tf.maximum(share, 1.0 - share)
    pixels, classes = (
        tf.reshape(share, (-1, *[1] * (len(whole.shape) - 1)))
        for whole in (images, truth)
    )
    return (
        pixels * images + (1.0 - pixels) * images[::-1],
        classes * truth + (1.0 - classes) * truth[::-1],
    )

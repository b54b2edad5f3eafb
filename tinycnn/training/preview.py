"""A picture of what augmentation makes of some images, to look at before training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import Split
from tinycnn.models.backend import tf
from tinycnn.recipe import AugmentSettings
from tinycnn.training.augment import augmented

__all__ = ["draw_preview"]

_ROWS, _VARIANTS = 8, 9
_CELL = 64  # pixels at least, of an image's shorter side
_GAP = 4


def draw_preview(
    split: Split, settings: AugmentSettings, *, seed: int
) -> NDArray[np.uint8]:
    """An RGB picture: a row an image, first as it is, then as training may see it.

    The images are of as many classes as there are rows for, if they have classes.
    """
    are_classes = split.labels.ndim == 1
    chosen = _one_of_each(split.labels) if are_classes else slice(_ROWS)
    images = split.images[chosen]
    real = tf.constant(images, tf.float32) / 255.0
    truth = tf.zeros((len(images), 1))
    columns = [images]
    for step in range(_VARIANTS):
        varied, _ = augmented(real, truth, settings, (seed, step))
        columns.append(np.round(varied.numpy() * 255).astype(np.uint8))
    return _tiled(np.stack(columns, axis=1))


def _one_of_each(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first image of each class, then the second, until the rows are full."""
    turn = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        turn[labels == label] = np.arange(np.count_nonzero(labels == label))
    return np.argsort(turn, kind="stable")[:_ROWS]


def _tiled(cells: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Rows and columns of images as one picture, enlarged where they are small."""
    rows, columns, h, w, channels = cells.shape
    factor = -(-_CELL // min(h, w))
    cells = cells.repeat(factor, axis=2).repeat(factor, axis=3)
    gap = ((0, 0), (0, 0), (0, _GAP), (0, _GAP), (0, 0))
    cells = np.pad(cells, gap, constant_values=255)
    h, w = cells.shape[2:4]
    picture = cells.transpose(0, 2, 1, 3, 4).reshape(rows * h, columns * w, channels)
    return np.ascontiguousarray(np.broadcast_to(picture, (*picture.shape[:2], 3)))

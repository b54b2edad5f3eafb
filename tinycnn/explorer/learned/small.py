"""Images made small: each pixel the mean of a block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["shrink", "small_side"]

SMALL = 16  # pixels of an image that stands for a point


def small_side(images: NDArray[np.uint8], most: int = SMALL) -> tuple[int, int]:
    """Rows and columns of the small images; those of images, shape (N, H, W, C)."""
    rows, columns = images.shape[1:3]
    return min(rows, most), min(columns, most)


def shrink(images: NDArray[np.uint8], side: tuple[int, int]) -> bytes:
    """All images, shape (N, H, W, C), in so many rows and columns, end to end."""
    rows, columns = side
    down = np.arange(rows) * images.shape[1] // rows
    across = np.arange(columns) * images.shape[2] // columns
    sums = np.add.reduceat(images.astype(np.int64), down, axis=1)
    sums = np.add.reduceat(sums, across, axis=2)
    heights = np.diff([*down, images.shape[1]])[:, None, None]
    widths = np.diff([*across, images.shape[2]])[None, :, None]
    small: NDArray[np.uint8] = (sums / (heights * widths)).round().astype(np.uint8)
    return small.tobytes()

"""What a kernel should make of each image: real numbers in place of the labels.

The sums are computed here without any network, in float64, so that a network of the
same kernel can be measured against them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import Dataset, Split
from tinycnn.families import Rows

__all__ = ["filter_images", "label_by_kernel"]

_AT_ONCE = 1000  # images


def label_by_kernel(dataset: Dataset, kernel: Rows, divisor: int) -> Dataset:
    """The same images; a label is what the kernel makes of it, a number a pixel.

    Args:
        dataset: Any; its own labels are left out.
        kernel: An odd number of rows.
        divisor: 1 or more.
    """
    height, width, _ = dataset.image_shape

    def label(split: Split) -> Split:
        images = split.images
        parts = [
            filter_images(images[i : i + _AT_ONCE], kernel, divisor)
            for i in range(0, len(images), _AT_ONCE)
        ]
        shape = (len(images), height * width)
        labels = np.concatenate(parts) if parts else np.zeros(shape)
        labels = labels.reshape(shape).astype(np.float32)
        labels.setflags(write=False)
        return replace(split, labels=labels)

    return replace(
        dataset,
        class_names=tuple(
            f"row {row}, column {column}"
            for row in range(1, height + 1)
            for column in range(1, width + 1)
        ),
        train=label(dataset.train),
        validation=label(dataset.validation),
        test=label(dataset.test),
    )


def filter_images(
    images: NDArray[np.uint8], kernel: Rows, divisor: int
) -> NDArray[np.float64]:
    """What the kernel makes of images (N, H, W, C) as real values: (N, H, W).

    Outside of an image there are zeros; the sum over all channels is divided by their
    number, too.
    """
    _, height, width, channels = images.shape
    pad = len(kernel) // 2
    grey = images.sum(axis=3, dtype=np.float64) / (255 * channels * divisor)
    around = np.pad(grey, ((0, 0), (pad, pad), (pad, pad)))
    total = np.zeros(grey.shape)
    for y, row in enumerate(kernel):
        for x, weight in enumerate(row):
            total += weight * around[:, y : y + height, x : x + width]
    return total

"""The data set as every later stage sees it: uint8 images in NHWC, labels.

And before it is split, as a reader of a folder or an archive gives it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.ranges import ValueRange

__all__ = ["SPLITS", "Dataset", "Reading", "Split"]

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Images with their labels.

    Attributes:
        images: uint8, shape (N, H, W, C).
        labels: int64, shape (N,), indices into the data set's class names; or shape
            (N, names): int64 of 0 and 1 for several labels, float32 for real numbers;
            or shape (N, rows, columns): int64, a class for each cell of a grid.
    """

    images: NDArray[np.uint8]
    labels: NDArray[Any]

    def __len__(self) -> int:
        return len(self.images)

    def having(self, label: int) -> NDArray[np.bool_]:
        """Which images have a label; all have the real numbers."""
        if self.labels.ndim == 1:
            return np.asarray(self.labels == label)
        if self.labels.ndim == 3:
            return np.asarray((self.labels == label).any(axis=(1, 2)))
        is_real = self.labels.dtype.kind == "f"
        return np.asarray((self.labels[:, label] == 1) | is_real)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """A named data set with its three splits; all arrays are read-only.

    Attributes:
        name: Its name.
        class_names: One for each label.
        train: To learn from.
        validation: To watch and choose by.
        test: To be judged by.
        notes: What was understood of the files that could have been meant otherwise,
            and what is strange about them: a line each, for people.
        depth: Black and white of the images that had more than 8 bits; None if none.
    """

    name: str
    class_names: tuple[str, ...]
    train: Split
    validation: Split
    test: Split
    notes: tuple[str, ...] = ()
    depth: ValueRange | None = None

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image."""
        _, h, w, c = self.train.images.shape
        return h, w, c

    @property
    def grid(self) -> tuple[int, int] | None:
        """Rows and columns of the cells that have a class each; None without."""
        labels = self.train.labels
        return (labels.shape[1], labels.shape[2]) if labels.ndim == 3 else None

    @property
    def sha256(self) -> str:
        """Digest of all images, labels and class names."""
        digest = hashlib.sha256(repr((self.name, self.class_names)).encode())
        for split in (self.train, self.validation, self.test):
            digest.update(repr(split.images.shape).encode())
            digest.update(split.images.tobytes())
            digest.update(split.labels.tobytes())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a folder or an archive holds, before it is split.

    Attributes:
        images: All images with their labels.
        class_names: One for each label.
        origins: Where each image is from, as a message names it.
        parts: The split that the source gives each, indices into `SPLITS`; empty if
            it gives none.
        notes: As in `Dataset`.
        depth: As in `Dataset`.
    """

    images: Split
    class_names: tuple[str, ...]
    origins: tuple[str, ...]
    parts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    depth: ValueRange | None = None

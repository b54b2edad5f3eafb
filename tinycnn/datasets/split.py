"""Seeded, stratified splits.

Every part holds each class in its share of the whole, and at least one image of it. The
same labels, sizes and seed give the same split on every computer (NumPy's PCG64).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import Split
from tinycnn.errors import DatasetError

__all__ = ["find_split", "make_split", "split_by_class"]

# What people call the splits, in the order of `SPLITS`.
_NAMES = (
    re.compile(r"train(ing)?"),
    re.compile(r"val(id(ation)?)?|dev(elopment)?"),
    re.compile(r"test(ing)?"),
)
_AROUND_NAME = re.compile(r"^(seg|set)[ _.-]|[ _.-]?(set|data|images|split)$")


def find_split(name: str) -> int:
    """The index in `SPLITS` that a name of a folder or an array means; -1 if none.

    >>> [find_split(n) for n in ("Train", "validation_set", "seg_test", "cats")]
    [0, 1, 2, -1]
    """
    core = _AROUND_NAME.sub("", _AROUND_NAME.sub("", name.lower()))
    return next((i for i, p in enumerate(_NAMES) if p.fullmatch(core)), -1)


def split_by_class(
    labels: NDArray[Any],
    class_names: Sequence[str],
    *,
    held_out: Sequence[int],
    seed: int,
) -> tuple[NDArray[np.intp], ...]:
    """Indices of the images that remain, then of each held-out part, all shuffled.

    Args:
        labels: The class of each image; of others than classes the shares are of all.
        class_names: All classes; each needs images.
        held_out: Number of images of each held-out part. A class too small for its
            share still gives one image, so a part can be a little larger.
        seed: Decides which images go where.

    Raises:
        DatasetError: If a class is too small to give each part an image.
    """
    if labels.ndim > 1:  # no classes that every split must have
        labels, class_names = np.zeros(len(labels), np.int64), ("all",)
    sizes = np.bincount(labels, minlength=len(class_names))
    shares = [np.maximum(1, _shares(sizes, total)) for total in held_out]
    _check_sizes(sizes, np.sum(shares, axis=0), class_names, len(held_out) + 1)
    rng = np.random.Generator(np.random.PCG64(seed))
    parts: list[list[NDArray[np.intp]]] = [[] for _ in range(len(held_out) + 1)]
    for label in range(len(class_names)):
        indices = rng.permutation(np.flatnonzero(labels == label))
        ends = np.cumsum([share[label] for share in shares])
        *held, rest = np.split(indices, ends)
        for part, chosen in zip(parts, [rest, *held], strict=True):
            part.append(chosen)
    return tuple(rng.permutation(np.concatenate(part)) for part in parts)


def make_split(
    images: NDArray[np.uint8],
    labels: NDArray[Any],
    indices: NDArray[np.intp] | None = None,
) -> Split:
    """A `Split` of read-only arrays: all images, or those at `indices`."""
    if indices is not None:
        images, labels = images[indices], labels[indices]
    images, labels = images.view(), labels.view()
    images.flags.writeable = labels.flags.writeable = False
    return Split(images, labels)


def _shares(sizes: NDArray[np.intp], total: int) -> NDArray[np.intp]:
    """`total` divided in proportion to `sizes` by the largest-remainder method."""
    exact = sizes * total
    floor, remainder = np.divmod(exact, max(1, int(sizes.sum())))
    missing = total - int(floor.sum())
    floor[np.argsort(-remainder, kind="stable")[:missing]] += 1
    return floor


def _check_sizes(
    sizes: NDArray[np.intp],
    taken: NDArray[np.intp],
    class_names: Sequence[str],
    parts: int,
) -> None:
    for name, size, held in zip(class_names, sizes, taken, strict=True):
        if size <= held:
            needed = max(parts, int(held) + 1)
            raise DatasetError(
                f"class '{name}': expected at least {needed} images, "
                f"one or more for each split, got {size}",
                hint="add images, or lower test_fraction and validation_fraction",
            )

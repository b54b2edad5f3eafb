"""What is strange about images that can be read: a note each, never an error.

The same picture under two labels teaches nothing; in two splits it makes a test easier
than life; and classes of hardly any contrast are rarely what somebody photographed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import SPLITS, Reading

__all__ = ["find_oddities"]

_LOW_CONTRAST = 32  # of 255, between nearly the darkest and nearly the brightest pixel
_NEARLY = 0.001  # of the pixels are darker or brighter still
_NAMED = 3


def find_oddities(
    reading: Reading, splits: Mapping[str, NDArray[np.intp]]
) -> Iterator[str]:
    """Notes on images that are equal, and on classes that are all dark or all alike.

    Args:
        reading: All images.
        splits: Which of them are in which split.
    """
    first: dict[bytes, int] = {}
    mislabelled: list[tuple[int, int]] = []
    leaked: list[tuple[int, int]] = []
    split_of = np.zeros(len(reading.images), np.int8)
    for split, indices in splits.items():
        split_of[indices] = SPLITS.index(split)
    labels = reading.images.labels
    order = np.argsort(split_of, kind="stable")
    for index in order.tolist():  # train first, so that what leaks is named by it
        image = reading.images.images[index].tobytes()
        digest = hashlib.blake2b(image, digest_size=16).digest()
        other = first.setdefault(digest, index)
        if np.any(labels[other] != labels[index]):
            mislabelled.append((index, other))
        elif split_of[other] != split_of[index]:
            leaked.append((index, other))
    if mislabelled:
        yield (
            f"images that are in two classes: {len(mislabelled):,} "
            f"({_name(reading, mislabelled)})"
        )
    if leaked:
        yield (
            "images that are in two splits, so that accuracy looks better than it is: "
            f"{len(leaked):,} ({_name(reading, leaked)})"
        )
    yield from _dull_classes(reading)


def _name(reading: Reading, same: list[tuple[int, int]]) -> str:
    shown = [f"{reading.origins[a]} is {reading.origins[b]}" for a, b in same[:_NAMED]]
    return ", ".join(shown) + (", ..." if len(same) > _NAMED else "")


def _dull_classes(reading: Reading) -> Iterator[str]:
    found = []
    for label, name in enumerate(reading.class_names):
        pixels = reading.images.images[reading.images.having(label)]
        counts = np.cumsum(np.bincount(pixels.reshape(-1), minlength=256))
        low, high = np.searchsorted(
            counts, counts[-1] * np.array([_NEARLY, 1 - _NEARLY])
        )
        if high - low < _LOW_CONTRAST:
            found.append(f"'{name}' {low} to {high}")
    if found:
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        yield (
            "nearly all pixels of a class lie in a narrow part of 0 to 255: "
            f"{', '.join(found[:_NAMED])}{more}; look at them"
        )

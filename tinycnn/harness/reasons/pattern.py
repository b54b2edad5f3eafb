"""Where in a tensor the wrong numbers are: in one channel, the last column, the border.

In: which elements differ. Out: the smallest of such regions that has them all, in words
and as a mask; a fault that is all over the tensor has no region.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Region", "find_region"]

Mask = NDArray[np.bool_]
_AXES = {1: ("channel",), 2: ("row", "channel"), 3: ("row", "column", "channel")}


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Some of a tensor's elements.

    Attributes:
        words: Where they are; empty for all of them.
        mask: Which they are, in the tensor's shape.
    """

    words: str
    mask: Mask


def find_region(differs: Mask) -> Region:
    """The smallest region that has all differing elements.

    Args:
        differs: In the shape of the tensor, whose first dimension is the batch.
    """
    found = [
        region
        for region in _list_regions(differs)
        if not region.mask.all() and not (differs & ~region.mask).any()
    ]
    chosen: list[Region] = []
    together = np.ones(differs.shape, np.bool_)
    for region in sorted(found, key=lambda r: int(r.mask.sum())):
        if (together & ~region.mask).any():
            chosen.append(region)
            together &= region.mask
    return Region(", ".join(region.words for region in chosen), together)


def _list_regions(differs: Mask) -> Iterator[Region]:
    shape = differs.shape
    indices = np.indices(shape)
    for axis, name in enumerate(_AXES.get(len(shape) - 1, ()), start=1):
        index = indices[axis]
        there = index[differs]
        low, high = int(there.min()), int(there.max())
        words = _name_range(name, low, high, shape[axis])
        yield Region(words, (index >= low) & (index <= high))
        if name == "channel":
            yield Region("in even channels", index % 2 == 0)
            yield Region("in odd channels", index % 2 == 1)
            words = f"in every fourth channel, {low} and so on"
            yield Region(words, index % 4 == low % 4)
    if len(shape) == 4 and min(shape[1:3]) > 2:
        inside = np.zeros(shape, np.bool_)
        inside[:, 1:-1, 1:-1] = True
        yield Region("at the border of the image", ~inside)


def _name_range(name: str, low: int, high: int, size: int) -> str:
    """The words for some neighbours along an axis."""
    if low == high:
        ends = {0: "first", size - 1: "last"}
        if name != "channel" and low in ends:
            return f"in the {ends[low]} {name}"
        return f"in {name} {low}"
    if high == size - 1:
        return f"in the {name}s from {low} on"
    return f"in {name}s {low} to {high}"

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
        for region in _list_regions(differs.shape)
        if not region.mask.all() and not (differs & ~region.mask).any()
    ]
    chosen: list[Region] = []
    together = np.ones(differs.shape, np.bool_)
    for region in sorted(found, key=lambda r: int(r.mask.sum())):
        if (together & ~region.mask).any():
            chosen.append(region)
            together &= region.mask
    return Region(", ".join(region.words for region in chosen), together)


def _list_regions(shape: tuple[int, ...]) -> Iterator[Region]:
    names = _AXES.get(len(shape) - 1, ())
    for axis, name in enumerate(names, start=1):
        if shape[axis] < 2:
            continue
        index = np.broadcast_to(
            np.arange(shape[axis]).reshape(
                [-1 if i == axis else 1 for i in range(len(shape))]
            ),
            shape,
        )
        last = shape[axis] - 1
        for number in range(shape[axis]):
            words = f"in {name} {number}"
            if name != "channel" and number in (0, last):
                words = f"in the {'last' if number else 'first'} {name}"
            yield Region(words, index == number)
        if name == "channel":
            yield Region("in even channels", index % 2 == 0)
            yield Region("in odd channels", index % 2 == 1)
            yield from _list_ends(index, shape[axis])
    if len(shape) == 4 and min(shape[1:3]) > 2:
        inside = np.zeros(shape, np.bool_)
        inside[:, 1:-1, 1:-1] = True
        yield Region("at the border of the image", ~inside)


def _list_ends(index: NDArray[np.intp], size: int) -> Iterator[Region]:
    """The channels from a multiple of 2 or 4 on, which a kernel computes apart."""
    for step in (2, 4):
        start = size - size % step
        if start not in (0, size):
            words = f"in the channels from {start} on"
            yield Region(words, index >= start)

"""The least and the greatest value of each channel, and the images that gave them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Extremes"]


@dataclass(slots=True, eq=False)
class Extremes:
    """Of one tensor, by its last axis.

    Attributes:
        largest: The greatest value so far.
        smallest: The least.
        of_largest: The place of the first image that gave it.
        of_smallest: Likewise.
    """

    largest: NDArray[np.int64]
    smallest: NDArray[np.int64]
    of_largest: NDArray[np.int64]
    of_smallest: NDArray[np.int64]

    @classmethod
    def of(cls, channels: int) -> Extremes:
        """Nothing yet."""
        zeros = np.zeros(channels, np.int64)
        return cls(zeros - (1 << 31), zeros + (1 << 31), zeros, zeros.copy())

    def take(self, values: NDArray[Any], first: int) -> None:
        """Some images more, a row each; `first` is the place of the first of them."""
        flat = values.reshape(len(values), -1, values.shape[-1]).astype(np.int64)
        for sign, best, images in (
            (1, self.largest, self.of_largest),
            (-1, self.smallest, self.of_smallest),
        ):
            found = (sign * flat).max(axis=1)
            at = found.argmax(axis=0)
            most = np.take_along_axis(found, at[None], axis=0)[0]
            is_better = most > sign * best
            best[:] = np.where(is_better, sign * most, best)
            images[:] = np.where(is_better, first + at, images)

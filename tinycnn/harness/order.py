"""In which order images are tried: the risky ones first, then a random sample of all.

In: how many images there are, and how sure the reference is of each. Out: an `Order`;
the same input gives the same order on every computer (NumPy's PCG64).

Risky is an image whose answer a small change would turn: the smallest margin between
answers. One half of what is asked, but no more than 256, is chosen by that. The others
follow a random permutation of *all* images, in which those that were asked already are
passed over: so its beginning, as far as it is answered, is a random sample of the whole
data set, from which the agreement can be estimated (`tinycnn.harness.stopping`). The
risky ones alone say nothing of the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.choices import ImageOrder

__all__ = ["Order", "as_given", "begins_alike", "choose_order", "order_by_risk"]
__all__ += ["shuffled"]

_MOST_RISKY = 256

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """The images that are asked, and which of them are a random sample.

    Attributes:
        name: What leads the order.
        seed: Of the random part; None if no chance took part.
        total: Images there are.
        indices: The images that are asked, in that order; read-only.
        risky: So many of them come first for their risk.
        sample: All images in random order; empty if no chance took part. Its beginning,
            as far as it was asked, is a random sample of all; read-only.
    """

    name: ImageOrder
    seed: int | None
    total: int
    indices: Indices
    risky: int
    sample: Indices

    def count_sampled(self) -> int:
        """The size of the random sample, once all `indices` were asked."""
        asked = np.zeros(self.total, bool)
        asked[self.indices] = True
        missing = np.flatnonzero(~asked[self.sample])
        return int(missing[0]) if len(missing) else len(self.sample)


def choose_order(
    name: ImageOrder,
    total: int,
    *,
    count: int | None = None,
    seed: int = 0,
    margins: NDArray[np.float64] | None = None,
) -> Order:
    """The order of that name.

    Args:
        name: What leads it.
        total: Images there are.
        count: So many of them are asked; all without.
        seed: Of the random part.
        margins: How far each image is from another answer; of None, chance decides.
    """
    if name == "given":
        return as_given(total, count=count)
    if name == "random" or margins is None:
        return shuffled(total, count=count, seed=seed)
    return order_by_risk(margins, count=count, seed=seed)


def order_by_risk(
    margins: NDArray[np.float64], *, count: int | None = None, seed: int = 0
) -> Order:
    """The smallest margins first, then a random sample; of equal ones chance decides.

    >>> order_by_risk(np.array([0.9, 0.1, 0.5, 0.8]), count=2).indices[0]
    np.int64(1)
    """
    total = len(margins)
    count = min(count or total, total)
    risky = _count_risky(count)
    sample = _permute(total, seed)
    front = sample[np.argsort(margins[sample], kind="stable")][:risky]
    rest = sample[~np.isin(sample, front)]
    indices = np.concatenate([front, rest])[:count]
    return _make("risk", seed, indices, risky, sample)


def begins_alike(name: str, count: int, other: int) -> bool:
    """Whether the order of so many images is how that of as many others begins.

    >>> begins_alike("given", 5, 9), begins_alike("risk", 100, 200)
    (True, False)
    """
    return name != "risk" or _count_risky(count) == _count_risky(other)


def _count_risky(count: int) -> int:
    return min(-(-count // 2), _MOST_RISKY)


def shuffled(total: int, *, count: int | None = None, seed: int = 0) -> Order:
    """All images, or `count` of them, as chance has it."""
    sample = _permute(total, seed)
    return _make("random", seed, sample[:count], 0, sample)


def as_given(total: int, *, count: int | None = None) -> Order:
    """The first images, or all, in the order of the data set."""
    indices = np.arange(total, dtype=np.int64)
    return _make("given", None, indices[:count], 0, indices[:0], total)


def _permute(total: int, seed: int) -> Indices:
    return np.random.Generator(np.random.PCG64(seed)).permutation(total)


def _make(
    name: ImageOrder,
    seed: int | None,
    indices: Indices,
    risky: int,
    sample: Indices,
    total: int | None = None,
) -> Order:
    for array in (indices, sample):
        array.setflags(write=False)
    return Order(name, seed, total or len(sample), indices, risky, sample)

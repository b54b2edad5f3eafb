"""Slips of kernels that multiply bytes two by two, as half-words of a register.

Of each row of a window four bytes at a time are taken, 0 with 2 and 1 with 3; then what
is left of all rows, neighbours together. Zero points are folded into the bias, so what
such a kernel leaves out or misreads are raw inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

__all__ = ["list_lane_slips"]

Integers = NDArray[np.int64]
_LANES = 2


def list_lane_slips(
    inputs: Integers, weights: Integers, rows: Integers
) -> Iterator[tuple[str, int]]:
    """The sums of products that a slip gives, by its name; without zero points.

    Args:
        inputs: Raw, one a term.
        weights: One a term.
        rows: The row of the window that each term is in, which are in order.
    """
    if len(inputs) < _LANES:
        return
    words = list(_pair(rows))
    low = np.array([word[0] for word in words])
    pairs = np.array([word for word in words if len(word) == _LANES])
    first, second = pairs[:, 0], pairs[:, 1]
    products = inputs * weights
    total = int(products.sum())
    crossed = inputs[first] * weights[second] + inputs[second] * weights[first]
    straight = products[first] + products[second]
    yield (
        "half-words of the products crossed",
        total + int((crossed - straight).sum()),
    )
    yield "products of the low half-words left out", total - int(products[low].sum())
    high_sum = int(products[second].sum())
    yield "products of the high half-words left out", total - high_sum
    for count, what in ((1, "last half-words"), (2, "last two pairs of half-words")):
        ends = [term for word in words[-count:] for term in word]
        yield f"{what} left out", total - int(products[ends].sum())
    yield "weights read as unsigned bytes", int((inputs * (weights & 255)).sum())
    yield "inputs read as unsigned bytes", int(((inputs & 255) * weights).sum())


def _pair(rows: Integers) -> Iterator[tuple[int, ...]]:
    """The terms that share registers, in the order in which kernels take them."""
    left: list[int] = []
    for _, group in groupby(range(len(rows)), key=lambda term: int(rows[term])):
        terms = list(group)
        fours = len(terms) // 4 * 4
        for first in range(0, fours, 4):
            a, b, c, d = terms[first : first + 4]
            yield a, c
            yield b, d
        left += terms[fours:]
    for first in range(0, len(left), _LANES):
        yield tuple(left[first : first + _LANES])

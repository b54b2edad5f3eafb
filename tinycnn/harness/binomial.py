"""Tails of the binomial distribution, and the exact bounds of Clopper and Pearson.

Of `tried` draws `hits` were hits. A tail is a regularized incomplete beta function, by
its continued fraction (DLMF 8.17.22, with Lentz's method); a bound is found by halving,
and is the end of the interval that promises less (Clopper and Pearson, 1934).
"""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = ["at_least", "at_most", "lower_bound", "upper_bound"]

_PRECISION = 1e-15
_TINY = 1e-300
_MOST_TERMS = 1_000_000
_HALVINGS = 80


def at_most(hits: int, tried: int, chance: float) -> float:
    """The probability of `hits` or fewer.

    >>> round(at_most(0, 2, 0.5), 9), at_most(2, 2, 0.5)
    (0.25, 1.0)
    """
    if hits >= tried:
        return 1.0
    return _beta(tried - hits, hits + 1, 1.0 - chance, chance)


def at_least(hits: int, tried: int, chance: float) -> float:
    """The probability of `hits` or more.

    >>> at_least(1, 1, 0.25), at_least(0, 1, 0.25)
    (0.25, 1.0)
    """
    if hits <= 0:
        return 1.0
    return _beta(hits, tried - hits + 1, chance, 1.0 - chance)


def upper_bound(hits: int, tried: int, risk: float) -> float:
    """The largest chance of a hit of which `hits` or fewer are not too improbable.

    >>> round(upper_bound(0, 10, 0.05), 4)
    0.2589
    """
    if hits >= tried:
        return 1.0
    return _halve(lambda p: at_most(hits, tried, p) > risk, hits / tried, 1.0)[1]


def lower_bound(hits: int, tried: int, risk: float) -> float:
    """The smallest chance of a hit of which `hits` or more are not too improbable.

    >>> round(lower_bound(10, 10, 0.05), 4)
    0.7411
    """
    if hits <= 0:
        return 0.0
    return _halve(lambda p: at_least(hits, tried, p) <= risk, 0.0, hits / tried)[0]


def _halve(
    is_below: Callable[[float], bool], low: float, high: float
) -> tuple[float, float]:
    """The narrow interval in which `is_below` turns false."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if is_below(middle):
            low = middle
        else:
            high = middle
    return low, high


def _beta(a: float, b: float, x: float, y: float) -> float:
    """The regularized incomplete beta function I_x(a, b); `y` is 1 - x."""
    if x <= 0.0 or y <= 0.0:
        return float(x > 0.0)
    if x > (a + 1.0) / (a + b + 2.0):  # where the fraction converges slowly
        return max(0.0, 1.0 - _beta(b, a, y, x))
    size = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    factor = math.exp(size + a * math.log(x) + b * math.log(y))
    return min(1.0, factor * _fraction(a, b, x) / a)


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of I_x(a, b), by Lentz's method."""
    above, below = 1.0, 1.0 / _away(1.0 - (a + b) * x / (a + 1.0))
    value = below
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        for term in (even, odd):
            below = 1.0 / _away(1.0 + term * below)
            above = _away(1.0 + term / above)
            value *= (change := above * below)
        if abs(change - 1.0) < _PRECISION:
            break
    return value


def _away(number: float) -> float:
    """The number, but not zero."""
    return number if abs(number) > _TINY else _TINY

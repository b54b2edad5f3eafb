"""Binomial tails and bounds, against exact fractions and published intervals."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from tinycnn.harness.binomial import at_least, at_most, lower_bound, upper_bound

CHANCES = (Fraction(1, 1000), Fraction(1, 200), Fraction(1, 3), Fraction(1, 2))


def exact_at_most(hits: int, tried: int, chance: Fraction) -> Fraction:
    """The tail as a sum of fractions."""
    terms = range(max(0, hits + 1))
    return sum(
        (
            math.comb(tried, k) * chance**k * (1 - chance) ** (tried - k)
            for k in terms
            if k <= tried
        ),
        Fraction(0),
    )


@pytest.mark.parametrize("chance", [*CHANCES, 1 - Fraction(1, 200)])
@pytest.mark.parametrize("tried", [1, 2, 7, 30, 400])
def test_tails_are_those_of_exact_sums(tried: int, chance: Fraction) -> None:
    """Both tails, for every number of hits, are the sum of the exact terms."""
    for hits in range(0, tried + 1, max(1, tried // 30)):
        below = exact_at_most(hits, tried, chance)
        above = 1 - exact_at_most(hits - 1, tried, chance)

        assert at_most(hits, tried, float(chance)) == pytest.approx(
            float(below), rel=1e-10
        )
        assert at_least(hits, tried, float(chance)) == pytest.approx(
            float(above), rel=1e-10
        )


def test_tails_at_the_ends() -> None:
    """No hits of none, all hits, and chances of 0 and 1 need no series."""
    assert (at_most(0, 0, 0.3), at_least(0, 0, 0.3)) == (1.0, 1.0)
    assert (at_most(3, 3, 0.3), at_least(0, 3, 0.3)) == (1.0, 1.0)
    assert (at_most(0, 5, 0.0), at_least(1, 5, 0.0)) == (1.0, 0.0)
    assert (at_most(4, 5, 1.0), at_least(5, 5, 1.0)) == (0.0, 1.0)


# R 4.3: binom.test(hits, tried, conf.level = 0.95)$conf.int
PUBLISHED = {
    (0, 10): (0.0, 0.3084971),
    (10, 10): (0.6915029, 1.0),
    (5, 10): (0.1870860, 0.8129140),
    (2, 20): (0.01234853, 0.31698271),
    (1, 20): (0.00126509, 0.24873276),
}


@pytest.mark.parametrize("case", PUBLISHED)
def test_bounds_are_the_published_ones(case: tuple[int, int]) -> None:
    """The two-sided interval of 95 % has 2.5 % on each side."""
    found = lower_bound(*case, 0.025), upper_bound(*case, 0.025)

    assert found == pytest.approx(PUBLISHED[case], abs=1e-7)


@pytest.mark.parametrize(("hits", "tried"), [(0, 919), (3, 2000), (700, 1_000_000)])
def test_bounds_are_where_the_tail_is_the_risk(hits: int, tried: int) -> None:
    """Just inside the bound the tail is larger than the risk, outside it is not."""
    upper, lower = upper_bound(hits, tried, 0.01), lower_bound(hits, tried, 0.01)

    assert at_most(hits, tried, upper) <= 0.01 < at_most(hits, tried, upper * 0.9999)
    if hits:
        assert at_least(hits, tried, lower) <= 0.01
        assert at_least(hits, tried, lower * 1.0001) > 0.01


def test_of_equal_images_the_bound_has_a_closed_form() -> None:
    """With no hit the upper bound is 1 - risk ** (1 / tried)."""
    assert upper_bound(0, 919, 0.01) == pytest.approx(1 - 0.01 ** (1 / 919), rel=1e-12)

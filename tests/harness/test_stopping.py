"""Early stops: when, why, and how often wrongly."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from tinycnn.errors import ProjectError
from tinycnn.harness.binomial import lower_bound, upper_bound
from tinycnn.harness.order import Order, as_given, order_by_risk, shuffled
from tinycnn.harness.stopping import Decision, Look, StopRule
from tinycnn.harness.tally import Tally, recount

RULES = (StopRule(), StopRule(0.95, 0.9), StopRule(0.9, 0.98), StopRule(0.8, 0.5))


def run(rule: StopRule, order: Order, differs: NDArray[np.bool_]) -> Decision:
    """Ask the images of `order` until the rule is satisfied."""
    tally = Tally(rule, order)
    for place, index in enumerate(order.indices.tolist()):
        tally.add(place, is_equal=not differs[index])
        if tally.decision is not None:
            break
    return tally.conclude()


def test_a_device_that_is_right_stops_where_that_is_shown() -> None:
    """99.5 % with 99 % confidence: 1,058 random images of 10,000, all equal."""
    decision = run(StopRule(), shuffled(10_000), np.zeros(10_000, bool))

    assert decision == Decision(
        StopRule(), "pass", 10_000, 1_058, 0, 1_058, decision.low, 1.0, 10_000
    )
    assert 0.995 <= decision.low < 0.99501
    assert decision.lines == (
        "agreement: at least 99.50 %, 99.5 % wanted",
        "confidence 99 % after 1,058 of 10,000 images, 1,058 of them a random sample",
    )


def test_risky_images_are_no_sample() -> None:
    """They are asked first and found first, and the sample is as long as without."""
    margins = np.random.default_rng(1).random(10_000)
    order = order_by_risk(margins)

    decision = run(StopRule(), order, np.zeros(10_000, bool))

    assert (decision.sampled, decision.verdict) == (1_058, "pass")
    assert 1_058 < decision.tried <= 1_058 + order.risky


def test_a_device_that_is_wrong_fails_at_the_first_look() -> None:
    """Eight random images that all differ are no chance."""
    decision = run(StopRule(), shuffled(10_000), np.ones(10_000, bool))

    assert (decision.verdict, decision.tried, decision.sampled) == ("fail", 8, 8)
    assert decision.lines[0].startswith("agreement: at most ")


def test_more_differences_than_are_allowed_are_certain() -> None:
    """Wherever they are found: also among those that were asked for their risk."""
    order = order_by_risk(np.arange(1_000.0))
    differs = np.arange(1_000) < 10

    decision = run(StopRule(), order, differs)

    assert (decision.verdict, decision.tried, decision.different) == ("fail", 6, 6)
    assert decision.is_certain
    assert decision.lines == (
        "agreement: at most 99.40 %, 99.5 % wanted",
        "certain after 6 of 1,000 images",
    )


def test_a_small_data_set_is_asked_until_it_is_certain() -> None:
    """360 images show 99.5 % only when 359 are equal."""
    decision = run(StopRule(), shuffled(360), np.zeros(360, bool))

    assert (decision.verdict, decision.tried) == ("pass", 359)
    assert decision.is_certain


def test_of_agreement_1_the_first_difference_decides() -> None:
    """Equal means all of them, which only asking all can show."""
    rule, order = StopRule(0.99, 1.0), shuffled(500)
    differs = np.zeros(500, bool)

    assert (run(rule, order, differs).verdict, run(rule, order, differs).tried) == (
        "pass",
        500,
    )
    differs[order.indices[123]] = True
    assert (run(rule, order, differs).verdict, run(rule, order, differs).tried) == (
        "fail",
        124,
    )


def test_without_a_decision_the_bounds_are_told() -> None:
    """One difference in 1,058 is too many for a pass and too few for a failure."""
    order = shuffled(10_000, count=1_060)
    differs = np.zeros(10_000, bool)
    differs[order.indices[5]] = True

    decision = run(StopRule(), order, differs)

    assert (decision.verdict, decision.tried) == ("open", 1_060)
    assert decision.low < 0.995 < decision.high
    assert decision.lines[0].startswith("agreement: undecided, between 99.")


def test_results_may_come_in_any_order() -> None:
    """The decision rests on the same images when many are under way at once."""
    order = order_by_risk(np.random.default_rng(2).random(3_000), seed=4)
    differs = np.random.default_rng(3).random(3_000) < 0.03
    expected = run(StopRule(), order, differs)

    tally = Tally(StopRule(), order)
    chance = np.random.default_rng(0)
    for start in range(0, 3_000, 16):
        for place in chance.permutation(range(start, min(start + 16, 3_000))).tolist():
            tally.add(place, is_equal=not differs[order.indices[place]])

    assert tally.conclude() == expected


def test_an_image_counts_once() -> None:
    """A repeated result, as a resumed run may bring, changes nothing."""
    tally = Tally(StopRule(), shuffled(1_000))
    for _ in range(9):
        tally.add(0, is_equal=False)
    tally.add(0, is_equal=True)

    assert (tally.conclude().tried, tally.conclude().different) == (1, 1)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.03, 0.5])
@pytest.mark.parametrize("count", [None, 700])
def test_a_decision_follows_again_from_its_results(
    share: float, count: int | None
) -> None:
    """From what was asked until then, and from what was under way after it."""
    order = order_by_risk(np.random.default_rng(2).random(3_000), seed=4, count=count)
    differs = np.random.default_rng(3).random(3_000) < share
    expected = run(StopRule(), order, differs)

    for more in (0, 5):
        indices = order.indices[: expected.tried + more]
        assert recount(expected, indices, ~differs[indices], seed=4) == expected


@pytest.mark.parametrize(("count", "enough"), [(918, False), (919, True), (None, True)])
def test_too_few_images_are_known_before_the_run(
    count: int | None, enough: bool
) -> None:
    """919 equal images are the least that show 99.5 % with 99 % confidence."""
    assert StopRule().can_pass(shuffled(10_000, count=count)) is enough


def test_images_as_given_are_no_sample() -> None:
    """Only if nearly all are asked do they show anything."""
    assert not StopRule().can_pass(as_given(10_000, count=5_000))
    assert StopRule().can_pass(as_given(10_000))


@pytest.mark.parametrize("numbers", [(0.0, 0.9), (1.0, 0.9), (0.9, 0.0), (0.9, 1.1)])
def test_numbers_that_are_no_shares_are_refused(numbers: tuple[float, float]) -> None:
    """With what was expected."""
    with pytest.raises(ProjectError, match=r"expected a number above 0 and .* got"):
        StopRule(*numbers)


@pytest.mark.parametrize("rule", RULES)
def test_all_looks_together_spend_the_risk(rule: StopRule) -> None:
    """Neither more nor less, however long the sample grows."""
    for end in (1, 8, 100, 5_000):
        for verdict in ("pass", "fail"):
            looks = [x for x in rule.list_looks(end) if x.verdict == verdict]
            assert sum(look.risk for look in looks) == pytest.approx(rule.risk)
            assert all(a.size < b.size for a, b in pairwise(looks))


def exact_error(rule: StopRule, verdict: str, end: int) -> float:
    """How often a device that just deserves the other verdict gets this one.

    The distribution of the number of differences is followed from look to look; what a
    look decides is taken out of it.
    """
    looks = [look for look in rule.list_looks(end) if look.verdict == verdict]
    chance, size, error = rule.disagreement, 0, 0.0
    alive = np.ones(1)
    for look in looks:
        alive = np.convolve(alive, _masses(look.size - size, chance))
        size = look.size
        decided = np.array([rule.judge(look, k) for k in range(len(alive))])
        error += float(alive[decided].sum())
        alive = np.where(decided, 0.0, alive)
    return error


def _masses(draws: int, chance: float) -> NDArray[np.float64]:
    counts = np.arange(draws + 1)
    logs = [
        math.lgamma(draws + 1) - math.lgamma(k + 1) - math.lgamma(draws - k + 1)
        for k in counts.tolist()
    ]
    masses: NDArray[np.float64] = np.exp(
        np.array(logs)
        + counts * math.log(chance)
        + (draws - counts) * np.log1p(-chance)
    )
    return masses


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("verdict", ["pass", "fail"])
def test_errors_are_rarer_than_was_asked_for(rule: StopRule, verdict: str) -> None:
    """Computed exactly, over all looks at a sample of 3,000 images."""
    assert 0 < exact_error(rule, verdict, 3_000) <= rule.risk


def test_looking_at_every_image_would_err_too_often() -> None:
    """The check above can fail: with the whole risk for each look it does."""

    class Careless(StopRule):
        def list_looks(self, end: int) -> tuple[Look, ...]:
            return tuple(Look("pass", size, self.risk) for size in range(1, end + 1))

    assert exact_error(Careless(0.95, 0.9), "pass", 150) > 2 * (1 - 0.95)


@pytest.mark.parametrize("risky", ["innocent", "guilty", "any"])
@pytest.mark.parametrize("deserved", ["pass", "fail"])
def test_whole_runs_err_rarely_whatever_the_risky_images_hide(
    deserved: Literal["pass", "fail"], risky: str
) -> None:
    """200 data sets at the limit, simulated: all differences, or none, are risky."""
    rule, total, runs = StopRule(0.9, 0.95), 600, 200
    allowed = rule.count_allowed(total)
    count = allowed if deserved == "pass" else allowed + 1
    chance, wrong = np.random.default_rng(6), 0
    for seed in range(runs):
        differs = np.zeros(total, bool)
        differs[chance.choice(total, count, replace=False)] = True
        sign = {"innocent": 1.0, "guilty": -1.0, "any": 0.0}[risky]
        margins = sign * differs + chance.random(total) / 2
        verdict = run(rule, order_by_risk(margins, seed=seed), differs).verdict
        wrong += verdict != deserved

    assert wrong <= 0.1 * runs


def test_bounds_hold_for_every_small_data_set() -> None:
    """Without putting back, the binomial bounds err no more often than they say."""
    risk = 0.1
    for total, size in ((5, 3), (12, 7), (25, 10), (25, 24), (40, 15)):
        bounds = [
            (lower_bound(hits, size, risk), upper_bound(hits, size, risk))
            for hits in range(size + 1)
        ]
        for differing in range(total + 1):
            missed = np.zeros(2)
            for hits, (low, high) in enumerate(bounds):
                ways = math.comb(differing, hits)
                ways *= math.comb(total - differing, size - hits)
                share = differing / total
                misses = np.array([low > share, high < share])
                missed += misses * (ways / math.comb(total, size))
            assert missed.max() <= risk + 1e-12

"""When enough images were asked to say how far a device agrees with its reference.

Agreement is the share of a data set's images whose outputs are equal, byte for byte.
It is decided in one of two ways:

    certain   so many differ, anywhere, that it cannot be reached any more, or so many
              are equal that it cannot be missed: no statistics
    sampled   by the random part of the order (`tinycnn.harness.order`), at looks that
              are fixed before the run, with the exact bound of Clopper and Pearson

The images that are asked first for their risk are no random sample and do not count as
one: of them only what is certain follows. The sample is drawn from all images without
putting back, and those of it that were asked already need no second time; so the bound
is one on the whole data set, on the safe side of it.

Who looks often is wrong more often. The risk of being wrong, 1 - confidence, is shared
out: look j, from 0, has 1 / ((j + 1) (j + 2)) of it, the last one all that is left. So
all together are wrong no more often than that, of a device that should fail as of one
that should pass, whatever its outputs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tinycnn.errors import ProjectError
from tinycnn.harness.binomial import at_least, at_most, lower_bound, upper_bound
from tinycnn.harness.order import Order

__all__ = ["Decision", "Look", "StopRule", "Verdict", "decide"]

Verdict = Literal["pass", "fail", "open"]

_FIRST_LOOK = 8  # for a failure: of a device that is all wrong that is enough


@dataclass(frozen=True, slots=True)
class Look:
    """A size of the random sample at which it is judged.

    Attributes:
        verdict: What is looked for.
        size: Images of the sample.
        risk: How often the look may be wrong.
    """

    verdict: Literal["pass", "fail"]
    size: int
    risk: float


@dataclass(frozen=True, slots=True)
class StopRule:
    """What is to be known before a run may stop.

    Attributes:
        confidence: How sure a decision must be, between 0 and 1.
        agreement: The share of equal images that a device must reach, at most 1; of 1
            the first difference decides.

    Raises:
        ProjectError: If a number is outside its range.
    """

    confidence: float = 0.99
    agreement: float = 0.995

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        if not 0 < self.confidence < 1:
            text = f"above 0 and below 1, got {self.confidence:g}"
            raise ProjectError(f"confidence: expected a number {text}")
        if not 0 < self.agreement <= 1:
            text = f"above 0 and at most 1, got {self.agreement:g}"
            raise ProjectError(f"agreement: expected a number {text}")

    @property
    def risk(self) -> float:
        """How often a decision may be wrong."""
        return float(_complement(self.confidence))

    @property
    def disagreement(self) -> float:
        """The share of differing images that is just allowed."""
        return float(_complement(self.agreement))

    @property
    def wanted(self) -> str:
        """The agreement as a text."""
        return _name(self.agreement)

    def count_allowed(self, total: int) -> int:
        """The most images of `total` that may differ."""
        return math.floor(_complement(self.agreement) * total)

    def count_needed(self, risk: float) -> int:
        """The smallest sample that shows the agreement if no image of it differs.

        Returns:
            0 if none ever does, as all images must be equal.
        """
        if self.agreement == 1:
            return 0
        size = max(1, math.floor(math.log(risk) / math.log1p(-self.disagreement)) - 1)
        while at_most(0, size, self.disagreement) > risk:
            size += 1
        return size

    def list_looks(self, end: int) -> tuple[Look, ...]:
        """All looks at a sample that grows to `end` images, the smallest first.

        A pass is looked for where a sample without a difference shows it, a failure
        early, both again whenever the sample has doubled, and at the end.
        """
        first = self.count_needed(self.risk / 2)
        passes = _spend("pass", first, end, self.risk) if first else ()
        fails = _spend("fail", _FIRST_LOOK, end, self.risk)
        return tuple(sorted([*passes, *fails], key=lambda look: look.size))

    def judge(self, look: Look, different: int) -> bool:
        """Whether a look finds its verdict, with so many differences in the sample.

        It does if a device that just deserves the other verdict gives so few, or so
        many, with no more than the look's risk.
        """
        tail = at_most if look.verdict == "pass" else at_least
        return tail(different, look.size, self.disagreement) <= look.risk

    def count_images(self, order: Order) -> int:
        """The least images that show the agreement, all equal, if none is risky."""
        certain = order.total - self.count_allowed(order.total)
        sampled = self.count_needed(self.risk)
        return min(certain, sampled) if sampled else certain

    def can_pass(self, order: Order) -> bool:
        """Whether the images of `order` can show the agreement, if none differs."""
        if len(order.indices) >= order.total - self.count_allowed(order.total):
            return True
        looks = self.list_looks(order.count_sampled())
        return any(look.verdict == "pass" and self.judge(look, 0) for look in looks)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is known of the agreement.

    Attributes:
        rule: What was asked for.
        verdict: "pass" if the agreement is reached, "fail" if it is missed, "open" if
            neither is known.
        total: Images there are.
        tried: Images that were asked, for whatever reason.
        different: Those of them that differ.
        sampled: Images of the random sample that the verdict rests on; 0 if it is
            certain.
        low: The agreement of all images is at least this,
        high: and at most this; each with the rule's confidence.
        end: Images of the random sample, had all been asked that were to be.
    """

    rule: StopRule
    verdict: Verdict
    total: int
    tried: int
    different: int
    sampled: int
    low: float
    high: float
    end: int

    @property
    def is_certain(self) -> bool:
        """Whether the verdict follows from what was counted alone."""
        return self.verdict != "open" and not self.sampled

    @property
    def lines(self) -> tuple[str, str]:
        """How large it is, and after what that is known; rounded to the safe side."""
        least, most = _percent(self.low, math.floor), _percent(self.high, math.ceil)
        found = {
            "pass": f"at least {least}",
            "fail": f"at most {most}",
            "open": f"undecided, between {least} and {most}",
        }[self.verdict]
        first = f"agreement: {found}, {self.rule.wanted} wanted"
        asked = f"after {self.tried:,} of {self.total:,} images"
        if self.is_certain:
            return first, f"certain {asked}"
        sure = f"confidence {_name(self.rule.confidence)}"
        return first, f"{sure} {asked}, {self.sampled:,} of them a random sample"


def decide(
    rule: StopRule,
    verdict: Verdict,
    *,
    total: int,
    tried: int,
    different: int,
    sample: tuple[int, int] = (0, 0),
    risk: float = 0.0,
    end: int = 0,
) -> Decision:
    """A verdict with its bounds.

    Args:
        rule: What was asked for.
        verdict: What was found.
        total: Images there are.
        tried: Images that were asked.
        different: Those that differ.
        sample: Size of the random sample, and how many of it differ.
        risk: How often each bound may be wrong.
        end: Size of the sample, once all images are asked.
    """
    low, high = (tried - different) / total, 1 - different / total
    size, hits = sample
    if size:
        low = max(low, 1 - upper_bound(hits, size, risk))
        high = min(high, 1 - lower_bound(hits, size, risk))
    return Decision(rule, verdict, total, tried, different, size, low, high, end)


def _spend(
    verdict: Literal["pass", "fail"], first: int, end: int, risk: float
) -> Iterator[Look]:
    """Looks at `first` images, whenever they have doubled, and at the end."""
    size, number = first, 1
    while size < end:
        yield Look(verdict, size, risk / (number * (number + 1)))
        size, number = 2 * size, number + 1
    if end:
        yield Look(verdict, end, risk / number)


def _exact(share: float) -> Fraction:
    """The decimal number that was written, which a float only is close to."""
    return Fraction(str(share))


def _complement(share: float) -> Fraction:
    return 1 - _exact(share)


def _name(share: float) -> str:
    return f"{float(100 * _exact(share)):g} %"


def _percent(share: float, whole: Callable[[float], int]) -> str:
    return f"{whole(round(share * 1e4, 6)) / 100:.2f} %"

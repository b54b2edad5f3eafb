"""Results one by one, in whatever order they come, and when they are enough.

They are counted in the order in which the images were asked for, each as soon as all
before it are known: what is decided does not depend on which device was quicker, or on
where a run broke off and went on.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tinycnn.harness.order import Indices, Order, shuffled
from tinycnn.harness.stopping import Decision, Look, StopRule, Verdict, decide

__all__ = ["Tally", "recount"]

_OPEN, _EQUAL, _DIFFERENT = -1, 0, 1


class Tally:
    """Counts equal and differing images until a rule is satisfied.

    Args:
        rule: What is to be known.
        order: The images that are asked.
        end: Size of the random sample, once all are asked; as the order says without.

    Attributes:
        decision: What was found, once that is enough.
    """

    def __init__(self, rule: StopRule, order: Order, *, end: int | None = None) -> None:
        self.decision: Decision | None = None
        self._rule, self._order = rule, order
        self._allowed = rule.count_allowed(order.total)
        self._end = order.count_sampled() if end is None else end
        self._looks = list(rule.list_looks(self._end))
        self._told = [_OPEN] * len(order.indices)  # by place
        self._results = [_OPEN] * order.total  # by image, as far as it is counted
        self._asked, self._drawn = order.indices.tolist(), order.sample.tolist()
        self._tried, self._different = 0, 0
        self._sample = [0, 0]  # images, and how many of them differ

    def add(self, place: int, *, is_equal: bool) -> None:
        """The result of the image at a place of the order.

        What was told before changes nothing, nor does anything after a decision.
        """
        if self._told[place] == _OPEN:
            self._told[place] = _EQUAL if is_equal else _DIFFERENT
        while self.decision is None and self._tried < len(self._told):
            result = self._told[self._tried]
            if result == _OPEN:
                break
            self._count(self._asked[self._tried], result)

    def conclude(self) -> Decision:
        """The decision, or how much is known without one."""
        if self.decision is not None:
            return self.decision
        risk = self._looks[0].risk if self._looks else self._rule.risk
        return self._decide("open", risk)

    def _count(self, image: int, result: int) -> None:
        self._results[image] = result
        self._tried += 1
        self._different += result
        if self._different > self._allowed:
            self.decision = self._decide("fail")
        elif self._tried - self._different >= self._order.total - self._allowed:
            self.decision = self._decide("pass")
        elif (look := self._grow_sample()) is not None:
            self.decision = self._decide(look.verdict, look.risk)

    def _grow_sample(self) -> Look | None:
        """Let the sample grow to its first gap; the look on the way that decides."""
        while self._sample[0] < len(self._drawn):
            result = self._results[self._drawn[self._sample[0]]]
            if result == _OPEN:
                break
            self._sample[0] += 1
            self._sample[1] += result
            if (look := self._pass_looks()) is not None:
                return look
        return None

    def _pass_looks(self) -> Look | None:
        """The look at the sample as it is that finds its verdict."""
        size, different = self._sample
        while self._looks and self._looks[0].size == size:
            look = self._looks[0]
            if self._rule.judge(look, different):
                return look
            if len(self._looks) == 1:
                break  # its risk is that of the bounds, where nothing was found
            self._looks.pop(0)
        return None

    def _decide(self, verdict: Verdict, risk: float | None = None) -> Decision:
        """A verdict; with a risk it rests on the sample."""
        return decide(
            self._rule,
            verdict,
            total=self._order.total,
            tried=self._tried,
            different=self._different,
            sample=(0, 0) if risk is None else (self._sample[0], self._sample[1]),
            risk=risk or 0.0,
            end=self._end,
        )


def recount(
    decision: Decision, indices: Indices, is_equal: NDArray[np.bool_], *, seed: int
) -> Decision:
    """The decision that follows from the results on which another one was made.

    Args:
        decision: What was asked, and of how many images.
        indices: The images that were asked, in that order.
        is_equal: Whether the outputs of each are equal.
        seed: Of the random sample.
    """
    order = replace(shuffled(decision.total, seed=seed), indices=indices)
    tally = Tally(decision.rule, order, end=decision.end)
    for place, one in enumerate(is_equal.tolist()):
        tally.add(place, is_equal=one)
    return tally.conclude()

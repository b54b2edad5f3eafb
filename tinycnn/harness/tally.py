"""Results one by one, in whatever order they come, and when they are enough.

The random sample is as long as it was answered without a gap: what came sooner, because
it was quicker, must not count sooner.
"""

from __future__ import annotations

from tinycnn.harness.order import Order
from tinycnn.harness.stopping import Decision, Look, StopRule, Verdict, decide

__all__ = ["Tally"]

_OPEN, _EQUAL, _DIFFERENT = -1, 0, 1


class Tally:
    """Counts equal and differing images until a rule is satisfied.

    Args:
        rule: What is to be known.
        order: The images that are asked.
    """

    def __init__(self, rule: StopRule, order: Order) -> None:
        self._rule, self._total = rule, order.total
        self._allowed = rule.count_allowed(order.total)
        self._results = [_OPEN] * order.total
        self._drawn = order.sample.tolist()
        self._looks = list(rule.list_looks(order.count_sampled()))
        self._sample = [0, 0]  # images, and how many of them differ
        self._counted = [0, 0]
        self._decision: Decision | None = None

    def add(self, index: int, *, is_equal: bool) -> Decision | None:
        """Count one more image; the decision, once there is one.

        What was told before changes nothing, nor does anything after a decision.
        """
        if self._decision is None and self._results[index] == _OPEN:
            self._results[index] = _EQUAL if is_equal else _DIFFERENT
            self._counted[0] += 1
            self._counted[1] += not is_equal
            self._decision = self._find_certain() or self._find_sampled()
        return self._decision

    def conclude(self) -> Decision:
        """The decision, or how much is known without one."""
        if self._decision is not None:
            return self._decision
        risk = self._looks[0].risk if self._looks else self._rule.risk
        return self._decide("open", risk)

    def _find_certain(self) -> Decision | None:
        tried, different = self._counted
        if different > self._allowed:
            return self._decide("fail")
        if tried - different >= self._total - self._allowed:
            return self._decide("pass")
        return None

    def _find_sampled(self) -> Decision | None:
        """Let the sample grow to where it has a gap, past every look on the way."""
        while self._sample[0] < len(self._drawn):
            result = self._results[self._drawn[self._sample[0]]]
            if result == _OPEN:
                break
            self._sample[0] += 1
            self._sample[1] += result
            look = self._pass_looks()
            if look is not None:
                return self._decide(look.verdict, look.risk)
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
        tried, different = self._counted
        return decide(
            self._rule,
            verdict,
            total=self._total,
            tried=tried,
            different=different,
            sample=(0, 0) if risk is None else (self._sample[0], self._sample[1]),
            risk=risk or 0.0,
        )

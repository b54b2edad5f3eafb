"""Which of the trained networks are worth having: none is better in everything."""

from __future__ import annotations

from collections.abc import Sequence

from tinycnn.search.trial import Found

__all__ = ["find_front"]


def find_front(trials: Sequence[Found]) -> tuple[Found, ...]:
    """The Pareto front over accuracy, latency, RAM and flash, by latency.

    Of equal ones the first.
    """
    trained = [one for one in trials if one.state == "trained" and one.cost]
    front = [
        one
        for one in trained
        if not any(_is_better(other, one) for other in trained if other is not one)
    ]
    return tuple(sorted(front, key=lambda one: _marks(one)[1]))


def _is_better(one: Found, other: Found) -> bool:
    """No worse in anything, and better in something or earlier."""
    a, b = _marks(one), _marks(other)
    no_worse = all(x <= y for x, y in zip(a, b, strict=True))
    return no_worse and (a != b or one.number < other.number)


def _marks(one: Found) -> tuple[float, float, int, int]:
    assert one.cost is not None
    cost = one.cost
    return -one.accuracy, cost.effort, cost.ram_bytes, cost.flash_bytes

"""One point in time by which something must be done, passed down instead of timeouts.

A timeout that every call starts anew adds up to any wait; a deadline does not. The
clock is monotonic: setting the time of day changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Clock", "Deadline"]

Clock = Callable[[], float]
"""Seconds that only grow."""


class Deadline:
    """A point in time, `timeout_s` from now by a clock.

    >>> Deadline(0.0).expired, Deadline(60.0).expired
    (True, False)
    """

    __slots__ = ("_clock", "_end")

    def __init__(self, timeout_s: float, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + timeout_s

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - self._clock())

    @property
    def expired(self) -> bool:
        """True once no time is left."""
        return self._clock() >= self._end

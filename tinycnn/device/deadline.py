"""One point in time by which something must be done, passed down instead of timeouts.

A timeout that every call starts anew adds up to any wait; a deadline does not. The
clock is monotonic: setting the time of day changes nothing.
"""

from __future__ import annotations

import time

__all__ = ["Deadline"]


class Deadline:
    """A point in time, `timeout_s` from now.

    >>> Deadline(0.0).expired, Deadline(60.0).expired
    (True, False)
    """

    __slots__ = ("_end",)

    def __init__(self, timeout_s: float) -> None:
        self._end = time.monotonic() + timeout_s

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - time.monotonic())

    @property
    def expired(self) -> bool:
        """True once no time is left."""
        return time.monotonic() >= self._end

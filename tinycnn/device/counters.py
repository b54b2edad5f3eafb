"""What happened on a link, counted."""

from __future__ import annotations

from dataclasses import astuple, dataclass

__all__ = ["Counters"]


@dataclass(frozen=True, slots=True)
class Counters:
    """What happened on a link so far.

    Attributes:
        exchanges: Requests that were answered.
        resends: Requests sent again.
        timeouts: Waits that ended in silence.
        crc_errors: Broken packets, seen by either side.
        stale: Replies to earlier requests.
        resets: Times that the device had lost its session.
    """

    exchanges: int = 0
    resends: int = 0
    timeouts: int = 0
    crc_errors: int = 0
    stale: int = 0
    resets: int = 0

    def __add__(self, other: Counters) -> Counters:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Counters(*(one + another for one, another in pairs))

"""Deadlines count down once and stay at zero."""

from __future__ import annotations

import time

from tinycnn.device.deadline import Deadline


def test_deadline_counts_down() -> None:
    """What remains gets less, and is never negative."""
    deadline = Deadline(0.05)
    first = deadline.remaining()
    time.sleep(0.06)

    assert 0 < first <= 0.05
    assert (deadline.remaining(), deadline.expired) == (0.0, True)

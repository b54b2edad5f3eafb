"""What is found of an answer that leaves something open."""

from __future__ import annotations

import numpy as np
import pytest

from tinycnn.device import Inference
from tinycnn.harness.verdict import Findings


@pytest.mark.parametrize(
    ("slack", "wanted", "is_equal"),
    [
        (None, [5, 127], True),
        (None, [6, 127], False),
        ([1, 0], [6, 127], True),
        ([1, 0], [4, 127], False),
    ],
)
def test_what_was_rounded_is_equal_within_it(
    slack: list[int] | None, wanted: list[int], is_equal: bool
) -> None:
    """One by one, as a run is counted that may stop early."""
    findings = Findings(np.array([7]), 2)
    open_steps = None if slack is None else np.array(slack, np.uint8)
    answer = Inference(0, np.array([5, 127], np.int8), 0, 0, slack=open_steps)
    place = findings.answer(7, answer)
    findings.expect(np.array(wanted, np.int8))

    assert findings.is_equal(place) == is_equal

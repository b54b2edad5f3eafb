"""What `tinycnn validate` advises where nothing explains a difference."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tinycnn.cli.verdict import print_next_step
from tinycnn.harness import Diagnosis, ValidationResult
from tinycnn.harness.explanation import Explanation
from tinycnn.harness.reasons import Reason, Reasons

OPEN = Reasons((Reason("unexplained", "", 2),), 2, 2)
ROUNDED = Reasons((Reason("rounding", "XNNPACK", 2),), 2, 2)
NO_CAUSE = Diagnosis((), 104)
CAUSE = Diagnosis((Explanation("stale", "it is", "look", 2, 2, 9, 9),), 104)


@pytest.mark.parametrize(
    ("reasons", "diagnosis", "bisection", "advised"),
    [
        (OPEN, NO_CAUSE, None, True),
        (OPEN, None, None, True),
        (OPEN, CAUSE, None, False),
        (OPEN, NO_CAUSE, "found", False),
        (ROUNDED, NO_CAUSE, None, False),
        (None, None, None, False),
    ],
)
def test_bisection_is_advised_where_it_helps(
    reasons: Reasons | None,
    diagnosis: Diagnosis | None,
    bisection: object,
    advised: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Not where a cause is known, and not of equal outputs."""
    found: Any = SimpleNamespace(
        reasons=reasons, diagnosis=diagnosis, bisection=bisection
    )
    print_next_step(cast(ValidationResult, found))

    assert ("hint: --bisect finds" in capsys.readouterr().out) == advised

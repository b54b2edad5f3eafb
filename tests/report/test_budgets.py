from collections.abc import Callable
from typing import Any

import pytest

from tinycnn.pipeline import check_budgets
from tinycnn.project import Budgets
from tinycnn.report import Report


@pytest.mark.parametrize(
    ("limits", "lines"),
    [
        ({}, ()),
        ({"flash_bytes": 88_778, "ram_bytes": 21_822, "latency_ms": 1.5}, ()),
        (
            {"flash_bytes": 88_777},
            ("flash_bytes: expected at most 88,777, got 88,778",),
        ),
        ({"latency_ms": 1.4}, ("latency_ms: expected at most 1.4, got 1.5",)),
        ({"stack_bytes": 1_510, "arena_bytes": 76}, ()),
        ({"stack_bytes": 1_509}, ("stack_bytes: expected at most 1,509, got 1,510",)),
        ({"arena_bytes": 75}, ("arena_bytes: expected at most 75, got 76",)),
        ({"accuracy": 0.9}, (f"accuracy: expected at least 0.9, got {10 / 12}",)),
    ],
)
def test_a_budget_that_is_exceeded_is_a_line(
    report: Report, limits: dict[str, Any], lines: tuple[str, ...]
) -> None:
    """The limit itself is allowed; what is not limited is not told."""
    assert check_budgets(Budgets(**limits), report) == lines


def test_a_latency_that_is_not_known_keeps_no_budget(
    make_report: Callable[..., Report],
) -> None:
    """Nobody can say that it does."""
    report = make_report(latency_ms=0.0, cycles=0)

    assert check_budgets(Budgets(latency_ms=5.0), report) == (
        "latency_ms: expected at most 5.0, but it is not known for a cortex-m4f",
    )
    assert check_budgets(Budgets(), report) == ()

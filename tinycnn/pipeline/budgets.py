"""Budgets of a project against what a build found; a miss is a result, not an error."""

from __future__ import annotations

from tinycnn.project import Budgets
from tinycnn.report.data import Report

__all__ = ["check_budgets"]


def check_budgets(budgets: Budgets, report: Report) -> tuple[str, ...]:
    """One line for each budget that is exceeded."""
    limits = {
        "flash_bytes": report.flash_bytes,
        "ram_bytes": report.ram_bytes,
        "latency_ms": report.latency_ms,
    }
    lines = [
        f"{name}: expected at most {limit:,}, got {value:,}"
        for name, value in limits.items()
        if (limit := getattr(budgets, name)) is not None and value > limit
    ]
    if budgets.latency_ms is not None and not report.cycles:
        text = f"expected at most {budgets.latency_ms:,}, but it is not known for a"
        lines.append(f"latency_ms: {text} {report.board.core}")
    accuracy = report.ladder[-1].accuracy
    if budgets.accuracy is not None and accuracy < budgets.accuracy:
        lines.append(f"accuracy: expected at least {budgets.accuracy}, got {accuracy}")
    return tuple(lines)

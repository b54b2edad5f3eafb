"""Budgets of a project against what was found; a miss is a result, not an error."""

from __future__ import annotations

from tinycnn.artifacts import LinkedFirmware
from tinycnn.boards import Board
from tinycnn.harness import Limit
from tinycnn.project import Budgets
from tinycnn.report.data import Report

__all__ = ["check_budgets", "list_limits"]

_BUDGETS = "[budgets]"


def check_budgets(budgets: Budgets, report: Report) -> tuple[str, ...]:
    """One line for each budget that is exceeded."""
    limits = {
        "flash_bytes": report.flash_bytes,
        "ram_bytes": report.ram_bytes,
        "arena_bytes": report.ram.arena_bytes,
        "stack_bytes": report.stack_measured_bytes,
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


def list_limits(
    budgets: Budgets, board: Board, linked: LinkedFirmware
) -> tuple[Limit, ...]:
    """What a validation holds a project's firmware to: its budgets, and its board.

    The stack that the board sets aside is the device's own to compare.
    """
    taken = {"flash_bytes": linked.flash_bytes, "ram_bytes": linked.ram_bytes}
    names = ("flash_bytes", "ram_bytes", "arena_bytes", "stack_bytes")
    chosen = [
        Limit(name, limit, _BUDGETS, taken.get(name))
        for name in names
        if (limit := getattr(budgets, name)) is not None
    ]
    free = {
        "flash_bytes": board.flash_bytes - board.core_flash_bytes,
        "ram_bytes": board.ram_bytes - board.core_ram_bytes,
    }
    used = taken | {"ram_bytes": free["ram_bytes"] - linked.ram.count_free(board)}
    return (
        *chosen,
        *(Limit(name, free[name], board.name, used[name]) for name in free),
    )

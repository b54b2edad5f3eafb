"""Sweeps as one picture: a row for each knob, a panel for flash, RAM and time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tinycnn.boards import Board
from tinycnn.project import Budgets
from tinycnn.rendering import render
from tinycnn.search.sweep import Sweep
from tinycnn.search.trial import Cost
from tinycnn.search.words import short_number

__all__ = ["draw_sweeps"]

_PANEL, _HEIGHT, _GAP, _LEFT, _TOP, _BOTTOM = 280, 150, 70, 70, 64, 52


def draw_sweeps(
    sweeps: Sequence[Sweep], board: Board, budgets: Budgets, *, title: str
) -> str:
    """An SVG that follows the viewer's colours.

    Args:
        sweeps: What was found, a knob each.
        board: Whose memories are limits.
        budgets: Others, where they are set.
        title: What it is of.
    """
    flash = budgets.flash_bytes or board.flash_bytes - board.core_flash_bytes
    ram = budgets.ram_bytes or board.ram_bytes - board.core_ram_bytes
    quantities: list[tuple[str, Callable[[Cost], float], float | None]] = [
        ("flash, bytes", lambda cost: cost.flash_bytes, flash),
        ("RAM, bytes", lambda cost: cost.ram_bytes, ram),
    ]
    costs = [p.cost for sweep in sweeps for p in sweep.points if p.cost]
    if all(cost.latency_ms is not None for cost in costs):
        quantities.append(("milliseconds", lambda c: c.effort, budgets.latency_ms))
    else:
        quantities.append(("million MACs", lambda cost: cost.macs / 1e6, None))
    panels = [
        _draw(sweep, row, column, *quantity)
        for row, sweep in enumerate(sweeps)
        for column, quantity in enumerate(quantities)
    ]
    step = _HEIGHT + _TOP + _BOTTOM - 30
    return render(
        "search/templates/sweep.svg.j2",
        title=title,
        panels=panels,
        width=_LEFT + 3 * (_PANEL + _GAP) - _GAP + 24,
        height=_TOP - 20 + step * len(sweeps),
    )


def _draw(
    sweep: Sweep,
    row: int,
    column: int,
    name: str,
    quantity: Callable[[Cost], float],
    limit: float | None,
) -> dict[str, Any]:
    built = [(point, quantity(point.cost)) for point in sweep.points if point.cost]
    top = max(value for _, value in built) * 1.15 if built else 1.0
    has_limit = limit is not None and limit < 3 * top
    top = max(top, (limit or 0) * 1.1) if has_limit else top
    left = _LEFT + column * (_PANEL + _GAP)
    upper = _TOP + row * (_HEIGHT + _TOP + _BOTTOM - 30)
    lower = upper + _HEIGHT
    values = [point.value for point, _ in built]
    low, high = (min(values), max(values)) if built else (0.0, 1.0)
    span = (high - low) or 1.0

    def x(value: float) -> float:
        return round(left + _PANEL * (value - low) / span, 1)

    def y(value: float) -> float:
        return round(lower - _HEIGHT * value / top, 1)

    return {
        "name": f"{name} by {sweep.knob}",
        "left": left,
        "right": left + _PANEL,
        "upper": upper,
        "lower": lower,
        "line": " ".join(f"{x(p.value)},{y(v)}" for p, v in built),
        "points": [
            {"x": x(p.value), "y": y(v), "own": p.is_own,
             "title": f"{p.label}: {short_number(v)}"}
            for p, v in built
        ],
        "marks": [(y(top * share), short_number(top * share)) for share in (0.5, 1)],
        "ends": [(x(p.value), p.label) for p, _ in (built[:1] + built[-1:])],
        "limit": y(limit) if has_limit and limit is not None else None,
        "limit_label": short_number(limit) if limit is not None else "",
    }  # fmt: skip

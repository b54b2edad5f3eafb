"""A search -> one HTML page: the front, each network, what mattered.

Like the report it needs no network and runs no script: a click on a point follows a
link within the page, which shows that network alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tinycnn.about import __version__
from tinycnn.rendering import render
from tinycnn.search.front import find_front
from tinycnn.search.trial import Found
from tinycnn.search.words import (
    describe_choice,
    describe_cost,
    describe_found,
    short_number,
)

__all__ = ["render_search"]

_WIDTH, _HEIGHT = 1_100, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 20, 48
_COORDINATES_HEIGHT = 300
_STATES = {
    "trained": "trained to the end",
    "pruned": "stopped early, as a cheaper one was better",
    "same": "the same network again",
    "over": "over a limit, not trained",
    "refused": "cannot be built",
}


@dataclass(frozen=True, slots=True)
class _Axis:
    """A scale with its ticks, in pixels."""

    place: Callable[[float], float]
    ticks: tuple[tuple[float, str], ...]


def render_search(
    name: str,
    board: str,
    trials: Sequence[Found],
    importances: Mapping[str, float],
    *,
    seconds: float,
) -> str:
    """The page of a search.

    Args:
        name: Of the project.
        board: Of its board.
        trials: All that are over.
        importances: How much each choice mattered.
        seconds: That all of them took together.
    """
    front = find_front(trials)
    trained = [one for one in trials if one.state == "trained" and one.cost]
    return render(
        "search/templates/search.html.j2",
        name=name,
        board=board,
        version=__version__,
        hours=f"{seconds / 3600:.2g}",
        counts=[
            (meaning, sum(one.state == state for one in trials))
            for state, meaning in _STATES.items()
        ],
        total=len(trials),
        chart=_draw_front(trained, front) if trained else None,
        front=[_row(one) for one in sorted(front, key=lambda one: -one.accuracy)],
        networks=[_details(one, one in front) for one in trained],
        coordinates=_draw_coordinates(trained, front) if len(trained) > 1 else None,
        importances=[
            (key, f"{share:.0%}", round(100 * share, 1))
            for key, share in sorted(importances.items(), key=lambda item: -item[1])
        ],
        others=[_other(one) for one in trials if one.state != "trained"],
    )


def _row(one: Found) -> dict[str, Any]:
    cost = one.cost
    assert cost is not None
    return {
        "number": one.number,
        "choice": describe_choice(one.choice),
        "accuracy": f"{one.accuracy:.2%}",
        "latency": "-" if cost.latency_ms is None else short_number(cost.latency_ms),
        "ram": f"{cost.ram_bytes:,}",
        "flash": f"{cost.flash_bytes:,}",
        "macs": f"{cost.macs:,}",
    }


def _details(one: Found, is_best: bool) -> dict[str, Any]:
    assert one.cost is not None
    return {
        **_row(one),
        "is_best": is_best,
        "parameters": f"{one.cost.parameters:,}",
        "arena": f"{one.cost.arena_bytes:,}",
        "curve": ", ".join(f"{share:.1%}" for share in one.curve),
        "layers": [(k, shape, f"{size:,}") for k, shape, size in one.cost.layers],
    }


def _other(one: Found) -> dict[str, Any]:
    cost = describe_cost(one.cost) if one.cost else "-"
    return {
        "number": one.number,
        "choice": describe_choice(one.choice),
        "says": describe_found(one),
        "cost": cost,
    }


def _draw_front(trained: Sequence[Found], front: Sequence[Found]) -> dict[str, Any]:
    """Accuracy over effort, the front as a line of steps."""
    efforts = [one.cost.effort for one in trained if one.cost]
    x = _log_axis(min(efforts), max(efforts), _LEFT, _WIDTH - _RIGHT)
    shares = [one.accuracy for one in trained]
    y = _share_axis(min(shares), max(shares), _HEIGHT - _BOTTOM, _TOP)
    points = [
        {
            "number": one.number,
            "x": round(x.place(one.cost.effort), 1),
            "y": round(y.place(one.accuracy), 1),
            "r": 6 if one in front else 4,
            "best": one in front,
            "title": f"trial {one.number}: {describe_choice(one.choice)}: "
            f"{describe_found(one)}",
        }
        for one in trained
        if one.cost
    ]
    steps = _steps(front, x, y)
    has_time = all(one.cost and one.cost.latency_ms is not None for one in trained)
    return {
        "width": _WIDTH,
        "height": _HEIGHT,
        "left": _LEFT,
        "right": _WIDTH - _RIGHT,
        "top": _TOP,
        "bottom": _HEIGHT - _BOTTOM,
        "x": [(round(at, 1), label) for at, label in x.ticks],
        "y": [(round(at, 1), label) for at, label in y.ticks],
        "unit": "milliseconds an image" if has_time else "million multiplications",
        "points": sorted(points, key=lambda point: bool(point["best"])),
        "steps": steps,
    }


def _steps(front: Sequence[Found], x: _Axis, y: _Axis) -> str:
    """Only those that are better than all that are faster."""
    path, best = "", -1.0
    for one in front:
        if one.cost and one.accuracy > best:
            at = x.place(one.cost.effort), y.place(one.accuracy)
            path += f"H{at[0]:.1f}V{at[1]:.1f}" if path else f"M{at[0]:.1f},{at[1]:.1f}"
            best = one.accuracy
    return path


def _log_axis(low: float, high: float, first: float, last: float) -> _Axis:
    low, high = max(low, 1e-6) * 0.9, max(high, 2e-6) * 1.1
    span = math.log(high / low)

    def place(value: float) -> float:
        return first + (last - first) * math.log(max(value, low) / low) / span

    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    marks = [m * 10.0**d for d in decades for m in (1, 2, 5)]
    return _Axis(place, tuple((place(m), f"{m:g}") for m in marks if low <= m <= high))


def _share_axis(low: float, high: float, first: float, last: float) -> _Axis:
    """Errors count as a ratio, so that 98 and 99 % are as far apart as 96 and 98 %."""
    least = max(1 - high, 2e-3) * 0.8
    most = min(1.0, max(1 - low, least * 1.5) * 1.05)
    span = math.log(most / least)

    def place(value: float) -> float:
        error = min(max(1 - value, least), most)
        return last + (first - last) * math.log(error / least) / span

    marks = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75)
    return _Axis(
        place,
        tuple((place(1 - m), f"{1 - m:.4g}") for m in marks if least <= m <= most),
    )


def _draw_coordinates(
    trained: Sequence[Found], front: Sequence[Found]
) -> dict[str, Any]:
    """Each network a line through its choices, costs and accuracy."""
    names = list(dict.fromkeys(n for one in trained for n in one.choice))
    names = [n for n in names if len({str(one.choice.get(n)) for one in trained}) > 1]
    columns: list[tuple[str, list[Any]]] = [
        (name, [one.choice.get(name) for one in trained]) for name in names
    ]
    columns += [
        ("flash", [one.cost.flash_bytes for one in trained if one.cost]),
        ("RAM", [one.cost.ram_bytes for one in trained if one.cost]),
        ("time", [one.cost.effort for one in trained if one.cost]),
        ("accuracy", [one.accuracy for one in trained]),
    ]
    gap = (_WIDTH - 2 * _LEFT) / (len(columns) - 1)
    axes, heights = [], []
    for index, (name, values) in enumerate(columns):
        places, low, high = _spread(values)
        axes.append((round(_LEFT + gap * index, 1), name, low, high))
        heights.append(places)
    lines = [
        {
            "points": " ".join(
                f"{axes[c][0]},{heights[c][row]:.1f}" for c in range(len(columns))
            ),
            "best": one in front,
            "number": one.number,
            "title": f"trial {one.number}: {describe_choice(one.choice)}",
        }
        for row, one in enumerate(trained)
    ]
    return {
        "width": _WIDTH,
        "height": _COORDINATES_HEIGHT,
        "top": _TOP + 24,
        "bottom": _COORDINATES_HEIGHT - _BOTTOM,
        "axes": axes,
        "lines": sorted(lines, key=lambda line: bool(line["best"])),
    }


def _spread(values: Sequence[Any]) -> tuple[list[float], str, str]:
    """Heights of values between the ends of an axis, and what stands at the ends."""
    top, bottom = _TOP + 24, _COORDINATES_HEIGHT - _BOTTOM
    known = [v for v in values if v is not None]
    if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in known):
        low, high = min(known), max(known)
        span = (high - low) or 1
        places = [
            bottom if v is None else bottom - (bottom - top) * (v - low) / span
            for v in values
        ]
        return places, short_number(low), short_number(high)
    kinds = sorted({str(v) for v in values})
    step = (bottom - top) / max(1, len(kinds) - 1)
    return (
        [bottom - step * kinds.index(str(v)) for v in values],
        kinds[0],
        kinds[-1],
    )

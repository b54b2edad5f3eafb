"""Profile -> geometry: a bar for what each operator takes, a mark for the prediction.

Bars are shares of the operator that takes the most; texts are numbers with their units.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.harness import OpProfile, Profile
from tinycnn.report.text import count, percent, shorten

__all__ = ["ProfileBar", "ProfileChart", "draw_profile"]

_LEFT, _RIGHT, _WIDTH = 210, 860, 1100
_ROW, _BAR, _MARK = 28, 16, 24


@dataclass(frozen=True, slots=True)
class ProfileBar:
    """One operator; `predicted` is a place on the axis of cycles, None without one."""

    label: str
    y: str
    width: str
    text: str
    text_x: str
    title: str
    predicted: str | None


@dataclass(frozen=True, slots=True)
class ProfileChart:
    """The drawing."""

    headline: str
    width: int
    height: int
    left: int
    bar_height: int
    mark_height: int
    bars: tuple[ProfileBar, ...]
    has_prediction: bool


def draw_profile(profile: Profile) -> ProfileChart:
    """The bars of all operators, in execution order."""
    predicted = [op.predicted_cycles or 0 for op in profile.operators]
    cycles = [op.cycles for op in profile.operators]
    scale = (_RIGHT - _LEFT) / max([*cycles, *predicted, 1])
    return ProfileChart(
        headline=_describe(profile),
        width=_WIDTH,
        height=_ROW * len(cycles),
        left=_LEFT,
        bar_height=_BAR,
        mark_height=_MARK,
        bars=tuple(
            _draw_bar(profile, op, row * _ROW + (_ROW - _BAR) / 2, scale)
            for row, op in enumerate(profile.operators)
        ),
        has_prediction=any(predicted),
    )


def _describe(profile: Profile) -> str:
    time = ""
    if profile.milliseconds is not None:
        clock = f"{profile.clock_hz / 1e6:g} MHz"
        time = f", {profile.milliseconds:,.2f} ms at {clock}"
    device = shorten(profile.device, 60).full
    return f"{count(profile.cycles)} cycles{time} on {device}: {profile.method}"


def _draw_bar(profile: Profile, op: OpProfile, y: float, scale: float) -> ProfileBar:
    pace = f", {op.cycles_per_mac:.2f} a MAC" if op.cycles_per_mac else ""
    text = f"{count(op.cycles)}{pace}, {percent(profile.share(op))}"
    lines = [op.kernel, text, f"stack {count(op.stack_bytes)} bytes"]
    end = text_x = _LEFT + op.cycles * scale
    predicted = None
    if op.predicted_cycles is not None:
        lines.append(f"predicted {count(op.predicted_cycles)}")
        mark = _LEFT + op.predicted_cycles * scale
        predicted, text_x = f"{mark:.1f}", max(end, mark)
    if op.loss.possible_cycles:
        lines.append(f"possible {count(op.loss.possible_cycles)}")
    if op.loss.reason:
        lines.append(op.loss.reason)
    return ProfileBar(
        label=f"{op.index} {op.kind}",
        y=f"{y:.1f}",
        width=f"{max(end - _LEFT, 1):.1f}",
        text=text,
        text_x=f"{text_x:.1f}",
        title="\n".join(lines),
        predicted=predicted,
    )

"""Training curves -> geometry: points, ticks and phases of two line charts.

All phases share one axis of epochs. Numbers leave as text with one decimal, so that
equal curves draw equal bytes; losses that are not finite are left out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tinycnn.artifacts import Curves
from tinycnn.report.text import shorten

__all__ = ["Chart", "Phase", "Series", "Tick", "draw_curves", "make_ticks"]

_WIDTH, _HEIGHT = 500, 264
_NOISE = 1e-9  # smaller differences of equal values come from rounding
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 490, 12, 222


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A value, with its tooltip."""

    x: str
    y: str
    title: str


@dataclass(frozen=True, slots=True)
class Series:
    """One line, phase by phase."""

    name: str
    style: str
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """A span of epochs; every other one is shaded."""

    name: str
    epochs: str
    x: str
    width: str
    shaded: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """One line chart."""

    title: str
    description: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    plot_height: int
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    phases: tuple[Phase, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class _Axes:
    epochs: int
    low: float
    high: float

    def x(self, epoch: float) -> float:
        """Epochs count from 1 and have half an epoch of room on both sides."""
        return _LEFT + (epoch - 0.5) * (_RIGHT - _LEFT) / self.epochs

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return _BOTTOM - share * (_BOTTOM - _TOP)


def draw_curves(
    curves: Mapping[str, Curves], measure: str = "accuracy"
) -> tuple[Chart, ...]:
    """A chart of the loss and one of the measure; none without an epoch."""
    curves = {phase: curve for phase, curve in curves.items() if curve.loss}
    if not curves:
        return ()
    found = curves.values()
    loss = {
        "training": [curve.loss for curve in found],
        "validation": [curve.val_loss for curve in found],
    }
    accuracy = {
        "training": [_to_percent(curve.accuracy) for curve in found],
        "validation": [_to_percent(curve.val_accuracy) for curve in found],
    }
    title = f"{measure[0].upper()}{measure[1:]}, %"
    return (
        _draw("Loss", loss, curves, lambda value: f"{value:.4g}"),
        _draw(title, accuracy, curves, lambda value: f"{value:.2f} %"),
    )


def make_ticks(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """About `count` round numbers that span `low` to `high`.

    >>> make_ticks(0, 0.9)
    (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    """
    if high - low <= _NOISE * abs(high):
        low = high
    rough = ((high - low) or abs(high) or 1.0) / count
    power = math.floor(math.log10(rough))
    factor = next(f for f in (1, 2, 5, 10) if f * 10.0**power >= rough * 0.999)
    step = factor * 10.0**power
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(
        round(i * step, max(0, -power)) for i in range(first, max(last, first + 1) + 1)
    )


def _draw(
    title: str,
    values: dict[str, list[tuple[float, ...]]],
    curves: Mapping[str, Curves],
    describe: Callable[[float], str],
) -> Chart:
    finite = [
        v
        for phases in values.values()
        for phase in phases
        for v in phase
        if math.isfinite(v)
    ]
    smallest, largest = min(finite, default=0.0), max(finite, default=1.0)
    ticks = make_ticks(0.0 if title == "Loss" else smallest, largest)
    starts = [0, *itertools.accumulate(len(c.loss) for c in curves.values())]
    axes = _Axes(starts[-1], ticks[0], ticks[-1])
    ends = [f"{name} {describe(phases[-1][-1])}" for name, phases in values.items()]
    return Chart(
        title=title,
        description=f"last epoch: {', '.join(ends)}",
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_RIGHT,
        top=_TOP,
        bottom=_BOTTOM,
        plot_height=_BOTTOM - _TOP,
        x_ticks=_list_epochs(axes),
        y_ticks=tuple(Tick(f"{axes.y(v):.1f}", f"{v:g}") for v in ticks),
        phases=_list_phases(axes, curves, starts),
        series=tuple(
            _trace(axes, name, phases, starts, describe)
            for name, phases in values.items()
        ),
    )


def _list_epochs(axes: _Axes) -> tuple[Tick, ...]:
    step = max(1, math.ceil(make_ticks(0, axes.epochs, 8)[1]))
    epochs = sorted({1, *range(step, axes.epochs + 1, step)})
    return tuple(Tick(f"{axes.x(epoch):.1f}", str(epoch)) for epoch in epochs)


def _list_phases(
    axes: _Axes, names: Iterable[str], starts: list[int]
) -> tuple[Phase, ...]:
    return tuple(
        Phase(
            name=shorten(name).text,
            epochs=f"{start + 1}\u2013{end}" if end > start + 1 else str(end),
            x=f"{axes.x(start + 0.5):.1f}",
            width=f"{axes.x(end) - axes.x(start):.1f}",
            shaded=i % 2 == 1,
        )
        for i, (name, start, end) in enumerate(
            zip(names, starts, starts[1:], strict=False)
        )
    )


def _trace(
    axes: _Axes,
    name: str,
    phases: list[tuple[float, ...]],
    starts: list[int],
    describe: Callable[[float], str],
) -> Series:
    lines, dots = [], []
    for start, phase in zip(starts, phases, strict=False):
        line = [
            Dot(
                f"{axes.x(start + i):.1f}",
                f"{axes.y(value):.1f}",
                f"epoch {start + i}, {name}: {describe(value)}",
            )
            for i, value in enumerate(phase, start=1)
            if math.isfinite(value)
        ]
        dots.extend(line)
        lines.append(" ".join(f"{dot.x},{dot.y}" for dot in line))
    return Series(name, name, tuple(lines), tuple(dots))


def _to_percent(shares: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(100 * share for share in shares)

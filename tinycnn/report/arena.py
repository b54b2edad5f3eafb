"""Analysis -> geometry: the arena as operator step by address.

A tensor is a rectangle over its lifetime at its offset. Tensors that share place and
lifetime are one storage under several names (RESHAPE) and are drawn once. Where an
operator writes over input that it no longer needs, its output's rectangle covers the
input's.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.analysis.fit import Activation, Analysis
from tinycnn.compiler import MemoryPlan
from tinycnn.report.charts import Tick, make_ticks
from tinycnn.report.text import count, shape_text, shorten, tensor_name

__all__ = ["ArenaChart", "Block", "Column", "draw_arena"]

_LEFT, _TOP, _BOTTOM, _HEIGHT = 66, 28, 348, 516
_PLOT_WIDTH, _MARGIN = 900, 150
_LEAST_STEP = 26
_TINTS = 5
_LINE, _LETTER = 15, 7.0


@dataclass(frozen=True, slots=True)
class Block:
    """One storage; `lines` is what its rectangle has room for."""

    x: str
    y: str
    width: str
    height: str
    tint: int
    lines: tuple[Tick, ...]
    title: str


@dataclass(frozen=True, slots=True)
class Column:
    """One step: an operator."""

    x: str
    middle: str
    width: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class ArenaChart:
    """The drawing; `bound_label_y` keeps clear of the arena's own label."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    band_height: int
    ticks: tuple[Tick, ...]
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    peak: Column
    arena: str
    bound: str
    bound_y: str
    bound_label_y: str
    at_bound: bool


@dataclass(frozen=True, slots=True)
class _Axes:
    step: float
    arena_bytes: int

    def x(self, step: int) -> float:
        return _LEFT + step * self.step

    def y(self, address: float) -> float:
        return _BOTTOM - address * (_BOTTOM - _TOP) / self.arena_bytes


def draw_arena(analysis: Analysis) -> ArenaChart:
    """The arena of the memory plan over the steps of the program."""
    plan, steps = analysis.plan, len(analysis.costs)
    axes = _Axes(max(_LEAST_STEP, _PLOT_WIDTH / steps), plan.arena_bytes)
    storages = _find_storages(analysis)
    columns = _list_columns(analysis, axes)
    right = round(axes.x(steps))
    bound_y = axes.y(plan.lower_bound_bytes)
    addresses = [t for t in make_ticks(0, plan.arena_bytes) if t <= plan.arena_bytes]
    return ArenaChart(
        width=right + _MARGIN,
        height=_HEIGHT,
        left=_LEFT,
        right=right,
        top=_TOP,
        bottom=_BOTTOM,
        band_height=_HEIGHT - _TOP,
        ticks=tuple(Tick(f"{axes.y(a):.1f}", count(round(a))) for a in addresses),
        columns=columns,
        blocks=tuple(
            _draw_block(tensors, plan, axes, number % _TINTS)
            for number, tensors in enumerate(storages)
        ),
        peak=columns[plan.peak_step],
        arena=count(plan.arena_bytes),
        bound=count(plan.lower_bound_bytes),
        bound_y=f"{bound_y:.1f}",
        bound_label_y=f"{max(bound_y + 4, _TOP + 4 + _LINE):.1f}",
        at_bound=plan.lower_bound_bytes == plan.arena_bytes,
    )


def _find_storages(analysis: Analysis) -> tuple[tuple[Activation, ...], ...]:
    """Tensors by storage, earliest first."""
    storages: dict[tuple[int, int, int], list[Activation]] = {}
    plan = analysis.plan
    for tensor in analysis.activations:
        life = plan.lifetimes[tensor.id]
        place = (life.first_time_used, life.last_time_used, plan.offsets[tensor.id])
        storages.setdefault(place, []).append(tensor)
    return tuple(tuple(storages[place]) for place in sorted(storages))


def _list_columns(analysis: Analysis, axes: _Axes) -> tuple[Column, ...]:
    return tuple(
        Column(
            x=f"{axes.x(step):.1f}",
            middle=f"{axes.x(step) + axes.step / 2:.1f}",
            width=f"{axes.step:.1f}",
            label=str(cost.index),
            kind=cost.kind,
        )
        for step, cost in enumerate(analysis.costs)
    )


def _draw_block(
    tensors: tuple[Activation, ...], plan: MemoryPlan, axes: _Axes, tint: int
) -> Block:
    tensor = tensors[0]
    offset, life = plan.offsets[tensor.id], plan.lifetimes[tensor.id]
    x, y = axes.x(life.first_time_used), axes.y(offset)
    height = max(y - axes.y(offset + tensor.bytes), 2.0)
    names = [f"tensor {t.id}: {shorten(t.name, 120).text}" for t in tensors]
    place = (
        f"{shape_text(tensor.shape)}, {count(tensor.bytes)} bytes "
        f"at {count(offset)}, steps {life.first_time_used} to {life.last_time_used}"
    )
    ids = " = ".join(f"#{t.id}" for t in tensors)
    width = axes.x(life.last_time_used + 1) - x
    letters = max(int((width - 10) / _LETTER), 3)
    lines = (ids, f"{count(tensor.bytes)} B", tensor_name(tensor.name, letters).text)
    return Block(
        x=f"{x:.1f}",
        y=f"{y - height:.1f}",
        width=f"{width:.1f}",
        height=f"{height:.1f}",
        tint=tint,
        lines=tuple(
            Tick(str(number * _LINE), line)
            for number, line in enumerate(lines[: int((height - 4) / _LINE)], start=1)
        ),
        title="\n".join([*names, place]),
    )

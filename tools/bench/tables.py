"""Measurements -> Markdown tables, and JSON with all that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from textwrap import fill

from tools.bench.measure import Result
from tools.bench.record import CLOCK_HZ, CODE_LIMIT, FLASH_WAIT, STACK_LIMIT

__all__ = ["to_json", "to_markdown"]

_WIDTH = 120

_Columns = Mapping[str, Callable[[Result], str]]


def to_markdown(results: Sequence[Result], compilers: str) -> str:
    """Two tables, and what their columns mean.

    Args:
        results: All of one mode, from the same compilers and meter.
        compilers: Their names and versions.
    """
    optimize, profile = results[0].optimize, results[0].builds[0].profile
    builds = " / ".join(build.profile.device for build in results[0].builds)
    boards = "; ".join(
        f"{r.network.name}: {p.by}" for r in results if (p := r.network.published)
    )
    text = (
        f'`optimize = "{optimize}"`; {builds}, by {compilers}. '
        f"Cycles: {profile.method}, and where a word of data read from flash waits "
        f"{FLASH_WAIT} cycles, as on this board; ms of these at {CLOCK_HZ / 1e6:g} "
        "MHz. MACs in brackets are left when dead channels are gone: cycles/MAC are of "
        "these. TFLM: TFLite Micro with CMSIS-NN, GCC -O3 / -Os, without waits. "
        "Published: the best of others on a Cortex-M4; `board`: latency on a board, "
        "whose flash waits, times its clock; `meter`: counted as ours, without waits"
        f"{boards and f' ({boards})'}. `!` misses its goal, which for all is "
        f"{CODE_LIMIT:,} bytes of code and {STACK_LIMIT:,} of stack."
    )
    tables = (_table(columns, results) for columns in (_TIME, _MEMORY))
    return "\n\n".join([*tables, fill(text, _WIDTH, break_on_hyphens=False)]) + "\n"


def to_json(result: Result) -> dict[str, object]:
    """All that is known of a network."""
    builds = [
        {
            **asdict(build),
            "cycles_per_mac": build.mcycles * 1e6 / result.macs,
            "milliseconds": _milliseconds(build.waiting_mcycles),
        }
        for build in result.builds
    ]
    return {**asdict(result), "builds": builds}


def _milliseconds(mcycles: float) -> float:
    return mcycles * 1e9 / CLOCK_HZ


def _cells(values: Iterable[float | None], limit: float | None = None) -> str:
    """Values side by side, those above `limit` marked."""
    return " / ".join(
        (f"{value:,.0f}" if value >= 1000 else f"{value:.3g}")
        + ("!" if limit and value > limit else "")
        for value in values
        if value is not None
    )


def _macs(result: Result) -> str:
    """Those of the file, and in brackets what is left if that is less."""
    file, left = (f"{macs / 1e6:.3g}" for macs in (result.file_macs, result.macs))
    return file if left == file else f"{file} ({left})"


def _goal(result: Result, number: int) -> float | None:
    goals = result.network.goal_mcycles
    return goals[number] if goals else None


def _published(result: Result) -> str:
    found = result.network.published
    if found is None:
        return ""
    return f"{_cells([found.mcycles])} {'board' if found.is_board else 'meter'}"


def _tflm(result: Result, member: str) -> str:
    """A member of what TFLite Micro takes, nothing where it is not known."""
    found = getattr(result.network.tflm, member, None)
    return _cells(found if isinstance(found, tuple) else [found])


_TIME: _Columns = {
    "network": lambda r: r.network.name,
    "MMACs": _macs,
    "Mcycles": lambda r: _cells((b.mcycles for b in r.builds), _goal(r, 0)),
    "goal": lambda r: _cells([_goal(r, 0)]),
    f"{FLASH_WAIT} waits": lambda r: _cells(
        (b.waiting_mcycles for b in r.builds), _goal(r, 1)
    ),
    "goal ": lambda r: _cells([_goal(r, 1)]),
    "published": _published,
    "TFLM": lambda r: _tflm(r, "mcycles"),
    "cycles/MAC": lambda r: _cells(b.mcycles * 1e6 / r.macs for b in r.builds),
    "ms": lambda r: _cells(_milliseconds(b.waiting_mcycles) for b in r.builds),
}
_MEMORY: _Columns = {
    "network": lambda r: r.network.name,
    "arena": lambda r: _cells([r.arena_bytes]),
    "for RAM": lambda r: _cells([r.least_arena_bytes], r.network.goal_arena_bytes),
    "goal": lambda r: _cells([r.network.goal_arena_bytes]),
    "TFLM": lambda r: _tflm(r, "arena_bytes"),
    "stack": lambda r: _cells((b.stack_bytes for b in r.builds), STACK_LIMIT),
    "code": lambda r: _cells((b.code_bytes for b in r.builds), CODE_LIMIT),
    "code of TFLM": lambda r: _tflm(r, "code_bytes"),
    "weights, tables": lambda r: _cells([r.builds[0].table_bytes]),
}


def _table(columns: _Columns, results: Sequence[Result]) -> str:
    rows = [list(columns), *([cell(r) for cell in columns.values()] for r in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(map(str.ljust, row, widths))} |" for row in rows)

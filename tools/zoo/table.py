"""The table of results, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill

from tinycnn.project import Project, load_project
from tools.zoo.recipes import hash_recipe
from tools.zoo.row import Row

__all__ = ["is_missed", "missing", "to_markdown"]

_WIDTH = 120
_NOTE = (
    "Accuracies in percent, on the full test set; `!` misses the goal. Int8 is the "
    "compiled C, byte for byte the reference's outputs; PTQ: the same network with "
    "ranges measured after training, without fine-tuning. Flash is the whole firmware "
    "of the simulated board, in brackets weights and tables; the time is estimated by "
    "its model of a Cortex-M4 at the board's clock. Minutes are those of training and "
    "fine-tuning by the clock, on a computer with two cores that had other work, too; "
    "in brackets those of a processor; what a project learns from has its own."
)
_HEADER = (
    *("project", "data set", "model", "parameters", "MACs", "float", "fake-quantized"),
    *("int8", "goal", "PTQ", "flash, kB", "arena, kB", "ms", "minutes", "seed"),
)


def to_markdown(recipes: Mapping[str, Path], rows: Mapping[str, Row]) -> str:
    """The table, with a line for each recipe whether it was run or not."""
    lines = [_HEADER, ["---"] * 3 + ["---:"] * (len(_HEADER) - 3)]
    not_run = missing(recipes, rows)
    for name, path in recipes.items():
        row = None if name in not_run else rows[name]
        lines.append(_cells(name, load_project(path), row))
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{table}\n\n{fill(_NOTE, _WIDTH)}\n"


def missing(recipes: Mapping[str, Path], rows: Mapping[str, Row]) -> list[str]:
    """The projects without a row, or with one of another recipe."""
    return [
        name
        for name, path in recipes.items()
        if name not in rows or rows[name].recipe != hash_recipe(path)
    ]


def is_missed(row: Row, project: Project) -> bool:
    """Whether a row stays below the goal of its project."""
    return row.int8_correct < row.images * (project.budgets.accuracy or 0)


def _cells(name: str, project: Project, row: Row | None) -> list[str]:
    knobs = [f"{key} {value}" for key, value in project.model.knobs.items()]
    data = project.dataset.name or str(project.dataset.path)
    known = [f"`{name}`", data, ", ".join([project.model.label, *knobs])]
    goal = project.budgets.accuracy
    goal_cell = f">= {100 * (goal or 0):.1f}"
    if row is None:
        unknown = [*[""] * 4, "not run yet", goal_cell, *[""] * 5]
        return [*known, *unknown, str(project.seed)]

    def share(correct: int) -> str:
        return f"{100 * correct / row.images:.2f}"

    return [
        *known,
        f"{row.parameters:,}",
        f"{row.macs:,}",
        share(row.float_correct),
        share(row.twin_correct),
        share(row.int8_correct) + ("!" if is_missed(row, project) else ""),
        goal_cell,
        share(row.ptq_correct),
        f"{row.flash_bytes / 1e3:.1f} ({row.table_bytes / 1e3:.1f})",
        f"{row.arena_bytes / 1e3:.1f}",
        f"{row.milliseconds:.1f}",
        f"{row.minutes:.1f} ({row.cpu_minutes:.1f})" if row.minutes else "",
        str(row.seed),
    ]

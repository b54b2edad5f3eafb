"""`tinycnn analyze --sweep`: what a project's network needs as its knobs move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinycnn.cli.console import ConsoleObserver, data_folders, print_columns, print_json

if TYPE_CHECKING:
    from tinycnn.search.sweep import Point, Sweep

__all__ = ["show_sweep"]

_BAR = 16


def show_sweep(
    project: Path, knobs: str, *, board: str | None, picture: Path | None, as_json: bool
) -> None:
    """Print, and draw, how flash, RAM and time grow with each knob.

    Args:
        project: A project.
        knobs: Their names, with commas between them.
        board: In the place of the project's.
        picture: The SVG file to write, if any.
        as_json: Whether one JSON object is printed instead.

    Raises:
        ProjectError: If the network has no such knob.
        DatasetError: If the data set, which gives shapes, is missing.
    """
    from tinycnn.boards import load_board
    from tinycnn.files import write_whole
    from tinycnn.pipeline import open_workspace
    from tinycnn.search.sweep import KNOBS, sweep_knob
    from tinycnn.search.sweep_picture import draw_sweeps

    names = [name.strip() for name in knobs.split(",")]
    for name in names:
        if name not in KNOBS:
            raise click.UsageError(
                f"--sweep: expected {', '.join(KNOBS)}, got '{name}'"
            )
    with ConsoleObserver(quiet=as_json) as observer:
        work = open_workspace(project, observer=observer, data_folders=data_folders())
        found, data = work.project, work.dataset
        if board is not None:
            target = found.target.model_copy(update={"board": load_board(board).name})
            found = found.model_copy(update={"target": target})
        sweeps = [
            sweep_knob(
                found,
                name,
                root=work.build.project,
                image_shape=data.image_shape,
                classes=len(data.class_names),
            )
            for name in names
        ]
    chosen = load_board(found.target.board)
    if picture is not None:
        title = f"{found.model.label} on the {chosen.title}, before any training"
        write_whole(draw_sweeps(sweeps, chosen, found.budgets, title=title), picture)
    if as_json:
        print_json({sweep.knob: [asdict(p) for p in sweep.points] for sweep in sweeps})
        return
    for sweep in sweeps:
        _print(sweep)
    click.echo(f"{found.model.label} on the {chosen.title}, before any training")
    if picture is not None:
        click.echo(f"wrote {picture}")


def _print(sweep: Sweep) -> None:
    timed = all(p.cost is None or p.cost.latency_ms is not None for p in sweep.points)
    unit = "ms" if timed else "M MACs"
    columns = ("", sweep.knob, unit, "", "RAM", "flash", "")
    print_columns(columns, _rows(sweep), left=(0, 3, 6))
    click.echo("")


def _rows(sweep: Sweep) -> Iterator[tuple[str, ...]]:
    from tinycnn.search.words import short_number

    most = max((p.cost.effort for p in sweep.points if p.cost), default=1.0)
    for point in sweep.points:
        mark = ">" if point.is_own else ""
        if point.cost is None:
            yield mark, point.label, "-", "", "-", "-", point.says
            continue
        cost = point.cost
        yield (
            mark,
            point.label,
            short_number(cost.effort),
            "#" * max(1, round(_BAR * cost.effort / most)),
            f"{cost.ram_bytes:,}",
            f"{cost.flash_bytes:,}",
            _tell(point),
        )


def _tell(point: Point) -> str:
    over = point.cost.over if point.cost else {}
    return ", ".join(
        f"{name} {share:+.0%}" for name, share in over.items() if share > 0
    )

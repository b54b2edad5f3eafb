"""`tinycnn compare`: two built projects side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinycnn.cli.console import data_folders, json_option, print_columns, print_json

if TYPE_CHECKING:
    from tinycnn.pipeline.comparison import Comparison, Run

__all__ = ["compare"]

_MOST_SHOWN = 8  # images
_NAME = 18  # columns


@click.command()
@click.argument("one", type=click.Path(path_type=Path))
@click.argument("other", type=click.Path(path_type=Path))
@json_option
def compare(one: Path, other: Path, as_json: bool) -> None:
    """Tell how the built projects ONE and OTHER differ.

    Accuracy, flash, RAM, time, cycles of each kind of operator, and the test images
    that they answer differently, where both have the same.

    \b
    Example:
      tinycnn compare flowers flowers_small
    """
    from tinycnn.pipeline.comparison import compare_runs

    found = compare_runs(one, other, data_folders=data_folders())
    if as_json:
        print_json(asdict(found))
        return
    names = [_shorten(run.name) for run in found.runs]
    if names[0] == names[1]:
        names = [_shorten(str(path)) for path in (one, other)]
    print_columns(("", *names, "change"), _rows(*found.runs), left=(0,))
    click.echo("")
    print_columns(("cycles of", *names, "change"), _kinds(*found.runs), left=(0,))
    click.echo("")
    for line in _tell_images(found, names):
        click.echo(line)


def _rows(one: Run, other: Run) -> Iterator[tuple[str, ...]]:
    if one.board != other.board:
        yield "board", one.board, other.board, ""
    points = 100 * (other.accuracy - one.accuracy)
    yield (
        *("accuracy, int8", f"{one.accuracy:.2%}", f"{other.accuracy:.2%}"),
        f"{points:+.2f} points",
    )
    numbers: dict[str, Callable[[Run], float]] = {
        "flash, bytes": lambda run: run.flash_bytes,
        "RAM, bytes": lambda run: run.ram_bytes,
        "arena, bytes": lambda run: run.arena_bytes,
        "cycles": lambda run: run.cycles,
        "MACs": lambda run: run.macs,
        "parameters": lambda run: run.parameters,
    }
    for name, of in numbers.items():
        yield _row(name, of(one), of(other))
    if one.cycles and other.cycles:
        times = [f"{run.latency_ms:.3g}" for run in (one, other)]
        yield "milliseconds", *times, _change(one.latency_ms, other.latency_ms)


def _kinds(one: Run, other: Run) -> Iterator[tuple[str, ...]]:
    kinds = sorted(
        {*one.by_kind, *other.by_kind},
        key=lambda kind: -max(one.by_kind.get(kind, 0), other.by_kind.get(kind, 0)),
    )
    for kind in kinds:
        yield _row(kind, one.by_kind.get(kind, 0), other.by_kind.get(kind, 0))


def _row(name: str, one: float, other: float) -> tuple[str, ...]:
    shown = [f"{value:,.0f}" if value else "-" for value in (one, other)]
    return name, *shown, _change(one, other)


def _change(one: float, other: float) -> str:
    if not one or not other:
        return ""
    return "same" if one == other else f"{other / one - 1:+.1%}"


def _tell_images(found: Comparison, names: list[str]) -> Iterator[str]:
    if not found.images:
        yield "images: not compared, as the two have other test images or classes"
        return
    yield (
        f"of {found.images:,} test images only {names[0]} has {found.only[0]:,} right, "
        f"only {names[1]} {found.only[1]:,}"
    )
    for change in found.changes[:_MOST_SHOWN]:
        first, second = change.answers
        yield f"  image {change.image}, {change.label}: {first} -> {second}"
    more = len(found.changes) - _MOST_SHOWN
    if more > 0:
        yield f"  and {more:,} more that they answer differently: --json has all"


def _shorten(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"

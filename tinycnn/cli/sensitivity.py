"""`tinycnn analyze --sensitivity`: which layer's int8 costs the accuracy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from tinycnn.cli.console import (
    ConsoleObserver,
    open_project,
    print_columns,
    print_json,
)
from tinycnn.pipeline.sensitivity import analyze_sensitivity
from tinycnn.tasks import Sensitivity

__all__ = ["show_sensitivity"]

_COLUMNS = ("int8 alone", "parameters", "accuracy", "points", "loss", "change")


def show_sensitivity(project: Path, *, as_json: bool) -> None:
    """Print accuracy and loss of a trained project with one layer at a time in int8."""
    with ConsoleObserver(quiet=as_json) as observer:
        workspace = open_project(project, observer)
        measured = analyze_sensitivity(workspace)
    found, images = measured.cases, measured.images
    if as_json:
        print_json({"images": images, "layers": [asdict(case) for case in found]})
        return
    print_columns(_COLUMNS, _to_rows(found), left=(0,))
    worst = max(found[1:-1], key=lambda case: case.loss)
    click.echo(
        f"{images} validation images; '{worst.layer}' costs most: in int8 alone it "
        f"changes the loss by {worst.loss - found[0].loss:+.4f}"
    )


def _to_rows(found: tuple[Sensitivity, ...]) -> Iterator[tuple[str, ...]]:
    base = found[0]
    for case in found:
        yield (
            case.layer,
            f"{case.parameters:,}",
            f"{case.accuracy:.2%}",
            f"{(case.accuracy - base.accuracy) * 100:+.2f}",
            f"{case.loss:.4f}",
            f"{case.loss - base.loss:+.4f}",
        )

"""`tinycnn convert`: make the int8 .tflite and the C array of it."""

from __future__ import annotations

from pathlib import Path

import click

from tinycnn.cli.console import ConsoleObserver, open_project, project_argument
from tinycnn.pipeline import convert_project

__all__ = ["convert"]


@click.command()
@project_argument
def convert(project: Path) -> None:
    """Convert PROJECT to a full int8 .tflite, training it first where needed.

    \b
    Example:
      tinycnn convert demo
    """
    with ConsoleObserver() as observer:
        workspace = open_project(project, observer)
        convert_project(workspace)
    for name in ("model.tflite", "model_data.h", "model_data.cc"):
        click.echo(f"wrote {workspace.build / name}")

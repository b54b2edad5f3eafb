"""`tinycnn convert`: make the int8 .tflite and the C array of it."""

from __future__ import annotations

from pathlib import Path

import click

from tinycnn.cli.console import (
    ConsoleObserver,
    claim_build,
    open_project,
    project_argument,
)

__all__ = ["convert"]


@click.command()
@project_argument
def convert(project: Path) -> None:
    """Convert PROJECT to a full int8 .tflite, training it first where needed.

    A model of your own (my_model.py) is run.

    \b
    Example:
      tinycnn convert demo
    """
    from tinycnn.pipeline import convert_project

    with ConsoleObserver() as observer:
        workspace = open_project(project, observer)
        with claim_build(workspace):
            convert_project(workspace)
    build = workspace.build
    for path in (build.model, build.c_header, build.c_source):
        click.echo(f"wrote {path}")

"""`tinycnn train`: train the float network and fine-tune its fake-quantized twin."""

from __future__ import annotations

from pathlib import Path

import click

from tinycnn.cli.console import (
    ConsoleObserver,
    claim_build,
    open_project,
    print_notes,
    project_argument,
)

__all__ = ["train"]


@click.command()
@project_argument
@click.option("--preview", is_flag=True, help="Only draw what augmentation does.")
def train(project: Path, preview: bool) -> None:
    """Train PROJECT and fine-tune it with the rounding of int8 in the loop.

    A training that was stopped goes on from its last epoch. A model of your own
    (my_model.py) is run.

    \b
    Example:
      tinycnn train demo
    """
    from tinycnn.pipeline import train_project
    from tinycnn.pipeline.preview import preview_project

    with ConsoleObserver() as observer:
        workspace = open_project(project, observer)
        print_notes(project, workspace)
        with claim_build(workspace):
            drawn = preview_project(workspace) if preview else None
            if not preview:
                train_project(workspace)
    if drawn:
        click.echo(f"preview: {drawn}")
    else:
        click.echo(f"weights: {workspace.build.twin_weights}")

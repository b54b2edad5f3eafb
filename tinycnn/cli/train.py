"""`tinycnn train`: train the float network and fine-tune its fake-quantized twin."""

from __future__ import annotations

from pathlib import Path

import click

from tinycnn.cli.console import ConsoleObserver, data_folders, project_argument
from tinycnn.pipeline import open_workspace, train_project

__all__ = ["train"]


@click.command()
@project_argument
def train(project: Path) -> None:
    """Train PROJECT and fine-tune it with the rounding of int8 in the loop.

    \b
    Example:
      tinycnn train demo
    """
    with ConsoleObserver() as observer:
        folders = data_folders()
        workspace = open_workspace(project, observer=observer, data_folders=folders)
        train_project(workspace)
    click.echo(f"weights: {workspace.build / 'quantized.npz'}")

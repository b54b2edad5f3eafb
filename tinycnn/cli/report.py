"""`tinycnn report`: write the HTML page of a built project."""

from __future__ import annotations

from pathlib import Path

import click

from tinycnn.cli.console import ConsoleObserver, data_folders, project_argument
from tinycnn.pipeline import open_workspace, report_project

__all__ = ["report"]


@click.command()
@project_argument
def report(project: Path) -> None:
    """Write report.html of a PROJECT that was built.

    \b
    Example:
      tinycnn report demo
    """
    with ConsoleObserver() as observer:
        folders = data_folders()
        workspace = open_workspace(project, observer=observer, data_folders=folders)
        report_project(workspace)
    click.echo(f"wrote {workspace.build / 'report.html'}")

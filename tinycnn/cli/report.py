"""`tinycnn report`: write the HTML page of a built project."""

from __future__ import annotations

from pathlib import Path

import click

from tinycnn.cli.console import (
    ConsoleObserver,
    claim_build,
    open_project,
    project_argument,
)

__all__ = ["report"]


@click.command()
@project_argument
def report(project: Path) -> None:
    """Write report.html of a PROJECT that was built.

    \b
    Example:
      tinycnn report demo
    """
    from tinycnn.pipeline import report_project

    with ConsoleObserver() as observer:
        workspace = open_project(project, observer)
        with claim_build(workspace, makes=False):
            report_project(workspace)
    click.echo(f"wrote {workspace.build.report}")

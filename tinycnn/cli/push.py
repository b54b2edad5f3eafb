"""`tinycnn push`: a built project to the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

import click

from tinycnn.cli.console import (
    ConsoleObserver,
    claim_build,
    json_option,
    open_project,
    print_json,
)

__all__ = ["push"]


@click.command()
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("repository", metavar="OWNER/NAME")
@click.option("--private", is_flag=True, help="A new repository is for you alone.")
@json_option
def push(project: Path, repository: str, private: bool, as_json: bool) -> None:
    """Push the network of a PROJECT that was built to the Hugging Face hub.

    It gets a card with its numbers: accuracy from float to C, flash, RAM, cycles, and
    what validations found. Needs pip install 'tinycnn[hub]', and a token: hf auth login
    or HF_TOKEN.

    \b
    Example:
      tinycnn push demo somebody/digits
    """
    from dataclasses import asdict

    from tinycnn.hub import push_project

    with ConsoleObserver(quiet=as_json) as observer:
        workspace = open_project(project, observer)
        with claim_build(workspace, makes=False):
            done = push_project(workspace, repository, private=private)
    if as_json:
        print_json(asdict(done))
        return
    click.echo(f"pushed {', '.join(done.files)}")
    click.echo(f"{done.url}, revision {done.commit[:12]}")

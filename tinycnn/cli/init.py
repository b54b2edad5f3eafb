"""`tinycnn init`: write a commented tinycnn.toml."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from tinycnn import PROJECT_FILE
from tinycnn.choices import Engine, Framework
from tinycnn.cli.datasets import resolve_dataset
from tinycnn.errors import ProjectError

__all__ = ["init"]


@click.command()
@click.argument("name", required=False)
@click.option("--dataset", default="digits", help="A known data set, or a path.")
@click.option("--model", default=None, help="A model that `tinycnn models` lists.")
@click.option("--board", default="nano33ble", help="A board of the board table.")
@click.option(
    "--framework",
    type=click.Choice(get_args(Framework)),
    help="Of the firmware; by default what the board has.",
)
@click.option(
    "--engine",
    type=click.Choice(get_args(Engine)),
    default="compiled",
    show_default=True,
    help="What runs the model: C compiled from it, or TFLite Micro.",
)
def init(
    name: str | None,
    dataset: str,
    model: str | None,
    board: str,
    framework: Framework | None,
    engine: Engine,
) -> None:
    """Write a commented tinycnn.toml into the new folder NAME, or here.

    \b
    Example:
      tinycnn init demo
      tinycnn init mnist_demo --dataset mnist --model lenet5
    """
    from tinycnn.boards import load_board
    from tinycnn.files import write_whole
    from tinycnn.project import project_template
    from tinycnn.rendering import c_identifier

    folder = Path(name) if name else Path()
    target = folder / PROJECT_FILE
    if target.exists():
        raise ProjectError(f"{target}: exists already", hint="choose another name")
    load_board(board)
    text = project_template(
        folder.name if name else c_identifier(Path.cwd().name),
        dataset=resolve_dataset(dataset),
        model=model or ("lenet5" if "mnist" in dataset else "tiny_cnn"),
        board=board,
        framework=framework,
        engine=engine,
    )
    write_whole(text, target)
    click.echo(f"wrote {target}\nnext: tinycnn build{f' {name}' if name else ''}")

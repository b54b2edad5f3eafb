"""`tinycnn init`: write a commented tinycnn.toml."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import get_args

import click

from tinycnn import PROJECT_FILE
from tinycnn.choices import Engine, Framework
from tinycnn.cli.choice import OneOf
from tinycnn.cli.datasets import resolve_dataset
from tinycnn.errors import ProjectError

__all__ = ["init"]

_MAX_NAME = 255  # bytes of a folder's name that all systems take


@click.command()
@click.argument("name", required=False)
@click.option("--dataset", default="digits", help="A known data set, or a path.")
@click.option("--model", default=None, help="A model that `tinycnn models` lists.")
@click.option("--board", default="nano33ble", help="A board of the board table.")
@click.option(
    "--framework",
    type=OneOf(get_args(Framework)),
    help="Of the firmware; by default what the board has.",
)
@click.option(
    "--engine",
    type=OneOf(get_args(Engine)),
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

    The firmware is named after the folder, as far as C allows: my_project in
    my-project.

    \b
    Example:
      tinycnn init demo
      tinycnn init mnist_demo --dataset mnist --model lenet5
    """
    from tinycnn.boards import load_board
    from tinycnn.files import write_whole
    from tinycnn.project import project_template

    folder = Path(name or "")
    target = folder / PROJECT_FILE
    if os.path.exists(target):  # unlike Path's, false for a name that is too long
        raise ProjectError(f"{target}: exists already", hint="choose another name")
    load_board(board)
    called = _name_firmware(folder)
    text = project_template(
        called,
        dataset=resolve_dataset(dataset),
        model=model or ("lenet5" if "mnist" in dataset else "tiny_cnn"),
        board=board,
        framework=framework,
        engine=engine,
    )
    write_whole(text, target)
    click.echo(f"wrote {target}, whose firmware is named {called}")
    click.echo(f"next: tinycnn build {shlex.quote(name) if name else ''}".rstrip())


def _name_firmware(folder: Path) -> str:
    """After the folder, as far as C allows.

    Raises:
        ProjectError: If a new folder cannot have its name everywhere.
    """
    from tinycnn.rendering import C_KEYWORDS, WINDOWS_DEVICES, c_identifier

    name = Path(os.path.abspath(folder)).name
    stem = name.partition(".")[0].lower()
    for is_taken, by in (
        (os.path.isfile(folder), "is a file"),
        (name in C_KEYWORDS, "is a keyword of C or C++"),
        (stem in WINDOWS_DEVICES, "is a device on Windows"),
        (not name.isprintable(), "has a line break or another control character"),
        (len(os.fsencode(name)) > _MAX_NAME, f"is longer than {_MAX_NAME} bytes"),
    ):
        if is_taken and folder != Path():
            shown = repr(name if len(name) <= 40 else f"{name[:37]}...")
            raise ProjectError(f"name {shown}: {by}", hint="choose another name")
    return c_identifier(name)

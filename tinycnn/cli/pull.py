"""`tinycnn pull`: a network of the Hugging Face hub becomes a project."""

from __future__ import annotations

from pathlib import Path

import click

from tinycnn.cli.choice import OneOf
from tinycnn.cli.console import ConsoleObserver, data_folders
from tinycnn.cli.datasets import resolve_dataset
from tinycnn.cli.init import name_firmware
from tinycnn.cli.taken import describe_outcome
from tinycnn.scaling import SCALINGS

__all__ = ["pull"]


@click.command()
@click.argument("repository", metavar="OWNER/NAME")
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="PROJECT",
    required=True,
    type=click.Path(path_type=Path),
    help="The new project's folder.",
)
@click.option("--file", default="", help="Which of its networks, if there are several.")
@click.option("--revision", help="A branch, a tag or a commit; the newest without.")
@click.option("--data", help="A known data set, or a path.")
@click.option(
    "--pixels",
    type=OneOf(SCALINGS),
    help="What the network expects of a pixel, where nothing says it.",
)
@click.option("--board", default="nano33ble", help="A board of the board table.")
def pull(
    repository: str,
    folder: Path,
    file: str,
    revision: str | None,
    data: str | None,
    pixels: str | None,
    board: str,
) -> None:
    """Make a project of a network on the Hugging Face hub, as tinycnn import does.

    Any .tflite, Keras file, ONNX model or zip that import takes; labels.txt beside it
    are its labels. Needs pip install 'tinycnn[hub]'.

    \b
    Example:
      tinycnn pull somebody/digits -o digits --data digits
    """
    from tinycnn.boards import load_board
    from tinycnn.hub import Wanted, pull_network
    from tinycnn.imports import Request

    load_board(board)
    request = Request(
        Path(repository),
        name=name_firmware(folder),
        data=resolve_dataset(data) if data else None,
        pixels=SCALINGS[pixels] if pixels else None,
        board=board,
        data_folders=data_folders(),
    )
    with ConsoleObserver() as observer:
        wanted = Wanted(repository, file, revision)
        found = pull_network(wanted, request, folder, observer)
    for line in describe_outcome(found, folder, data):
        click.echo(line)

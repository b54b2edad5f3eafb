"""`tinycnn import`: a network of another tool becomes a project."""

from __future__ import annotations

from pathlib import Path

import click

from tinycnn.cli.choice import OneOf
from tinycnn.cli.console import ConsoleObserver, data_folders
from tinycnn.cli.datasets import resolve_dataset
from tinycnn.cli.init import name_firmware
from tinycnn.cli.taken import describe_outcome
from tinycnn.scaling import SCALINGS

__all__ = ["import_"]


def _set_up(context: click.Context, _: click.Parameter, name: str | None) -> None:
    """Make the environment of a converter, and end."""
    if name is not None:
        from tinycnn.imports.environments import ENVIRONMENTS, set_up

        set_up(ENVIRONMENTS[name], click.echo)
        context.exit()


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="PROJECT",
    required=True,
    type=click.Path(path_type=Path),
    help="The new project's folder.",
)
@click.option("--data", help="A known data set, or a path.")
@click.option(
    "--pixels",
    type=OneOf(SCALINGS),
    help="What the network expects of a pixel, where the file does not say.",
)
@click.option("--board", default="nano33ble", help="A board of the board table.")
@click.option(
    "--setup",
    type=OneOf(("onnx", "torch")),
    is_eager=True,
    expose_value=False,
    callback=_set_up,
    help="Install the converter of ONNX or PyTorch, apart from tinycnn, and end.",
)
def import_(
    file: Path, folder: Path, data: str | None, pixels: str | None, board: str
) -> None:
    """Make a project of the network in FILE, which another tool wrote.

    With data it is quantized at once, where that is to be done, and its accuracy is
    told, of FILE and in int8. Without, the project waits for images.

    \b
    Example:
      tinycnn import flowers.keras -o flowers --data photos/
      tinycnn import model.tflite -o flowers --data photos/ --pixels=-1..1
      tinycnn import --setup onnx
    """
    from tinycnn.boards import load_board
    from tinycnn.imports import Request, import_network

    load_board(board)
    request = Request(
        file,
        name=name_firmware(folder),
        data=resolve_dataset(data) if data else None,
        pixels=SCALINGS[pixels] if pixels else None,
        board=board,
        data_folders=data_folders(),
    )
    with ConsoleObserver() as observer:
        found = import_network(request, folder, observer)
    for line in describe_outcome(found, folder, data):
        click.echo(line)

"""`tinycnn import`: a network of another tool becomes a project."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinycnn.cli.choice import OneOf
from tinycnn.cli.console import ConsoleObserver, data_folders
from tinycnn.cli.datasets import resolve_dataset
from tinycnn.cli.init import name_firmware
from tinycnn.scaling import SCALINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tinycnn.imports import Outcome
    from tinycnn.imports.measuring import Worth

__all__ = ["import_"]

_WHAT = {
    "keras": 'net.keras keeps its weights; method = "qat" trains it for int8',
    "int8": "net.tflite as it came",
}


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
    for line in _describe(found, folder, data):
        click.echo(line)


def _describe(found: Outcome, folder: Path, data: str | None) -> Iterator[str]:
    """What was found, what it is worth, and what to do next."""
    yield from found.said
    shape = " x ".join(map(str, found.image_shape))
    classes = f", {len(found.labels)} classes" if found.labels else ""
    yield f"images: {shape}{classes}"
    if found.worth is not None:
        yield from _describe_worth(found.worth)
    yield f"wrote {folder}: {_WHAT[found.kind]}"
    place = shlex.quote(str(folder))
    if data is None:
        yield (
            f"next: put images into {folder / 'images'}, a folder for each class in "
            "the order of\nthe outputs, or set [dataset] in tinycnn.toml; meanwhile:"
        )
        yield f"  tinycnn analyze {place}"
    else:
        yield f"next: tinycnn build {place}"


def _describe_worth(worth: Worth) -> Iterator[str]:
    right = f"{worth.after:.2%} of {worth.images:,} test images"
    if worth.before is None:
        yield f"accuracy in int8: {right}"
        return
    yield f"accuracy before, real numbers: {worth.before:.2%}"
    yield f"accuracy after, int8: {right}"
    if worth.lost or worth.won:
        changes = f": {', '.join(worth.changes)}" if worth.changes else ""
        yield f"int8 loses {worth.lost} images and wins {worth.won}{changes}"

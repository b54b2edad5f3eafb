"""`tinycnn classify`: what does a device take these pictures for?"""

from __future__ import annotations

from pathlib import Path

import click

from tinycnn.cli.console import ConsoleObserver, data_folders, json_option, print_json
from tinycnn.pipeline import classify_pictures, open_workspace

__all__ = ["classify"]

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("project", type=_PATH)
@click.argument("pictures", type=_PATH, nargs=-1, required=True)
@click.option(
    "--device",
    type=click.Choice(["sim", "host"]),
    default="sim",
    show_default=True,
    help="The simulated board, or the generated C as a program of this machine.",
)
@click.option("--port", help="A board: /dev/ttyACM0, COM3, socket://, rfc2217://.")
@click.option("--baud", default=115_200, show_default=True, help="Of a --port.")
@json_option
def classify(
    project: Path,
    pictures: tuple[Path, ...],
    device: str,
    port: str | None,
    baud: int,
    as_json: bool,
) -> None:
    """Send PICTURES to a device as raw frames; print the label and score of each.

    PROJECT was built with --app serial or camera. The device preprocesses them, as it
    would a sensor's.

    \b
    Example:
      tinycnn classify demo photo.jpg --port /dev/ttyACM0
    """
    found = []
    with ConsoleObserver(quiet=as_json) as observer:
        folders = data_folders()
        workspace = open_workspace(project, observer=observer, data_folders=folders)
        for each in classify_pictures(
            workspace, pictures, device=device, port=port, baud=baud
        ):
            found.append(each)
            if not as_json:
                click.echo(f"{each.path}: {each.label} {each.score:.3f}")
    if as_json:
        print_json(
            {
                str(each.path): {"label": each.label, "score": each.score}
                for each in found
            }
        )

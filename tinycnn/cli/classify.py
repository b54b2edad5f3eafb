"""`tinycnn classify`: what does a device take these pictures for?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinycnn.cli.console import (
    ConsoleObserver,
    device_options,
    json_option,
    open_project,
    print_json,
)

if TYPE_CHECKING:
    from tinycnn.workbench import DeviceChoice

__all__ = ["classify"]

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("project", type=_PATH)
@click.argument("pictures", type=_PATH, nargs=-1, required=True)
@device_options
@json_option
def classify(
    project: Path,
    pictures: tuple[Path, ...],
    choice: DeviceChoice,
    as_json: bool,
) -> None:
    """Send PICTURES to a device as raw frames; print the label and score of each.

    PROJECT was built with --app serial or camera. The device preprocesses them, as it
    would a sensor's.

    \b
    Example:
      tinycnn classify demo photo.jpg --port /dev/ttyACM0
    """
    from tinycnn.pipeline import classify_pictures

    found = []
    with ConsoleObserver(quiet=as_json) as observer:
        workspace = open_project(project, observer)
        for each in classify_pictures(workspace, pictures, choice):
            found.append(each)
            if not as_json:
                click.echo(f"{each.path}: {each.text}")
    if as_json:
        print_json(
            {
                str(each.path): {
                    "label": each.label,
                    "score": each.score,
                    "scores": dict(each.scores),
                }
                for each in found
            }
        )

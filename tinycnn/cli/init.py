"""`tinycnn init`: write a commented tinycnn.toml."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from tinycnn.about import PROJECT_FILE
from tinycnn.choices import Engine, Framework
from tinycnn.cli.choice import OneOf
from tinycnn.cli.console import ConsoleObserver
from tinycnn.cli.datasets import print_dataset, resolve_dataset, write_sheet
from tinycnn.errors import ProjectError

if TYPE_CHECKING:
    from tinycnn.datasets import Dataset, Look

__all__ = ["init", "name_firmware"]

_SHEET = "images.png"
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
@click.option(
    "--from-search", "trial", metavar="N", type=int, help="The network of a trial."
)
@click.option(
    "--in",
    "searched",
    metavar="PROJECT",
    default=".",
    type=click.Path(path_type=Path),
    help="Of --from-search: the project that was searched; by default this folder.",
)
def init(
    name: str | None,
    dataset: str,
    model: str | None,
    board: str,
    framework: Framework | None,
    engine: Engine,
    trial: int | None,
    searched: Path,
) -> None:
    """Write a commented tinycnn.toml into the new folder NAME, or here.

    Data at a path are read: what was understood is printed and drawn into images.png,
    size and colour of the images are chosen from it. The firmware is named after the
    folder, as far as C allows: my_project in my-project.

    \b
    Example:
      tinycnn init demo
      tinycnn init mnist_demo --dataset mnist --model lenet5
      tinycnn init flowers --dataset photos/
      tinycnn init best --from-search 17 --in flowers
    """
    from tinycnn.boards import load_board
    from tinycnn.datasets import dataset_names
    from tinycnn.files import write_whole
    from tinycnn.project import project_template

    folder = Path(name or "")
    target = folder / PROJECT_FILE
    if os.path.exists(target):  # unlike Path's, false for a name that is too long
        raise ProjectError(f"{target}: exists already", hint="choose another name")
    called = name_firmware(folder)
    if trial is not None:
        write_whole(_text_of_trial(trial, searched, called, folder), target)
        _tell(target, called, name)
        return
    load_board(board)
    source = resolve_dataset(dataset)
    found, look = (None, None) if source in dataset_names() else _look(source)
    text = project_template(
        called,
        dataset=source,
        are_pictures=found is None or look is not None,
        image_size=look.image_size if look else None,
        channels=look.channels if look else 1,
        images=len(found.train) if found else None,
        model=model or ("lenet5" if "mnist" in dataset else "tiny_cnn"),
        board=board,
        framework=framework,
        engine=engine,
    )
    write_whole(text, target)
    if found:
        print_dataset(found, look)
        write_sheet(found, folder / _SHEET)
    _tell(target, called, name)


def _tell(target: Path, called: str, name: str | None) -> None:
    click.echo(f"wrote {target}, whose firmware is named {called}")
    click.echo(f"next: tinycnn build {shlex.quote(name) if name else ''}".rstrip())


def _text_of_trial(trial: int, searched: Path, called: str, folder: Path) -> str:
    from tinycnn.artifacts import BuildFolder
    from tinycnn.cli.search import study_of
    from tinycnn.search.chosen import chosen_project

    study, home = study_of(searched), BuildFolder.of(searched).project
    text = (home / PROJECT_FILE).read_text(encoding="utf-8")
    project, found = study.plan.project, study.found()
    return chosen_project(text, project, home, found, trial, name=called, place=folder)


def _look(path: str) -> tuple[Dataset, Look | None]:
    """The data set at a path as a new project will have it, and its pictures."""
    from tinycnn.datasets import load_dataset, look_at_path
    from tinycnn.project import DatasetSettings

    look = look_at_path(Path(path))
    chosen = {"image_size": look.image_size, "channels": look.channels} if look else {}
    # What cannot be read is told in a note here, and refused by the build.
    settings = {"path": path, "skip_bad": True, **chosen}
    with ConsoleObserver(quiet=False) as observer:
        found = load_dataset(
            DatasetSettings.model_validate(settings),
            seed=1,
            progress=observer.progress,
        )
    return found, look


def name_firmware(folder: Path) -> str:
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

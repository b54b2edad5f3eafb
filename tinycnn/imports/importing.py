"""A file and a data set -> a project that holds the network, and what it is worth.

All is made in a scratch folder and moved to its place when it is whole.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tinycnn.compiler import read_tflite
from tinycnn.errors import ProjectError, TinycnnError
from tinycnn.files import write_whole, writing_folder
from tinycnn.imports.imported import Imported, Wishes
from tinycnn.imports.routes import open_source, read_source
from tinycnn.project import PROJECT_FILE, project_template
from tinycnn.scaling import UNIT, Scaling
from tinycnn.workbench import Observer

__all__ = ["Outcome", "import_network"]

_FILES = {"keras": "net.keras", "int8": "net.tflite"}


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """An import that succeeded.

    Attributes:
        imported: What the route made.
    """

    imported: Imported


def import_network(
    path: Path,
    folder: Path,
    *,
    name: str,
    data: str | None,
    pixels: Scaling | None,
    board: str,
    observer: Observer,
    data_folders: Sequence[Path] = (),
) -> Outcome:
    """Write a new project that holds the network at `path`.

    Args:
        path: The file or folder that is imported.
        folder: The new project's; must not exist, or be empty.
        name: Of the firmware.
        data: The name or path of a data set; None without.
        pixels: What the network expects of a pixel; None if the user does not say.
        board: Whose firmware it becomes.
        observer: Told how the work proceeds.
        data_folders: Where published data sets may lie.

    Raises:
        ProjectError: If the folder is taken, or labels and outputs disagree.
        TinycnnError: If the file cannot be taken.
    """
    check_is_new(folder)
    imported = read_source(open_source(path), Wishes(pixels=pixels))
    scaling = pixels or imported.pixels or UNIT
    imported = replace(imported, pixels=scaling)
    shape = _image_shape(imported, str(path))
    text = project_template(
        name,
        dataset=data or "./images",
        image_size=shape[:2],
        channels=shape[2],
        board=board,
        file=_FILES[imported.kind],
        pixels=scaling,
    )
    try:
        with writing_folder(folder) as new:
            write_whole(imported.content, new / _FILES[imported.kind])
            write_whole(text, new / PROJECT_FILE)
    except OSError as error:
        raise TinycnnError(f"{folder}: cannot be written: {error.strerror}") from error
    return Outcome(imported)


def check_is_new(folder: Path) -> None:
    """Do nothing if a project can be written there.

    Raises:
        ProjectError: If something is there.
    """
    if os.path.exists(folder / PROJECT_FILE):
        text = f"{folder / PROJECT_FILE}: exists already"
        raise ProjectError(text, hint="choose another folder with -o")
    if os.path.lexists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
        text = f"{folder}: expected a new folder, got one that holds something"
        raise ProjectError(text, hint="choose another folder with -o")


def _image_shape(imported: Imported, name: str) -> tuple[int, int, int]:
    if imported.kind == "keras":
        from tinycnn.models.saved import read_saved_model

        shape = read_saved_model(imported.content, name).input_shape[1:]
    else:
        graph = read_tflite(imported.content)
        shape = graph.tensors[graph.inputs[0]].shape[1:]
    height, width, channels = shape
    return height, width, channels

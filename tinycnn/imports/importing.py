"""A file and a data set -> a project that holds the network, and what it is worth.

All is made in a scratch folder and moved to its place when it is whole.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinycnn.datasets import Dataset, load_dataset
from tinycnn.errors import ProjectError
from tinycnn.files import cannot_write, move_in, scratch_folder, write_whole
from tinycnn.imports.imported import Imported, Wishes
from tinycnn.imports.inspecting import Original, inspect
from tinycnn.imports.measuring import (
    Worth,
    find_pixels,
    measure_original,
    measure_worth,
)
from tinycnn.imports.routes import open_source, read_source
from tinycnn.pipeline import convert_project, open_workspace
from tinycnn.project import (
    PROJECT_FILE,
    DatasetSettings,
    load_project,
    project_template,
)
from tinycnn.scaling import Scaling
from tinycnn.workbench import Observer

__all__ = ["Outcome", "Request", "import_network"]

_FILES = {"keras": "net.keras", "int8": "net.tflite"}
_NO_DATA = "images"  # where a project without data expects them
LABELS = "labels.txt"


@dataclass(frozen=True, slots=True)
class Request:
    """What is to become a project.

    Attributes:
        path: The file or folder that is imported.
        name: Of the firmware.
        data: The name or path of a data set; None without.
        pixels: What the network expects of a pixel; None if the user does not say.
        board: Whose firmware it becomes.
        data_folders: Where published data sets may lie.
        title: What messages call the file; its path without.
    """

    path: Path
    name: str
    data: str | None = None
    pixels: Scaling | None = None
    board: str = "nano33ble"
    data_folders: Sequence[Path] = ()
    title: str = ""

    @property
    def called(self) -> str:
        """What messages call the file."""
        return self.title or str(self.path)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """An import that succeeded.

    Attributes:
        kind: Of the network: "keras" or "int8".
        said: What was found and done, a line each.
        pixels: What the network expects of a pixel.
        labels: The names of its classes; empty if nobody said.
        image_shape: Height, width and channels of what it takes.
        worth: What it is worth before and after; None without data.
    """

    kind: str
    said: tuple[str, ...]
    pixels: Scaling
    labels: tuple[str, ...]
    image_shape: tuple[int, int, int]
    worth: Worth | None


def import_network(request: Request, folder: Path, observer: Observer) -> Outcome:
    """Write a new project that holds the network of the request.

    Args:
        request: What is imported, and with what.
        folder: The new project's; must not exist, or be empty.
        observer: Told how the work proceeds.

    Raises:
        ProjectError: If the folder is taken, or labels and outputs disagree.
        TinycnnError: If the file cannot be taken.
    """
    check_is_new(folder)

    def images(shape: tuple[int, int, int]) -> Dataset:
        return _load(request, shape)

    observer.stage("import", is_current=False)
    calibration = (lambda shape: images(shape).train.images) if request.data else None
    wishes = Wishes(calibration, request.pixels)
    imported = read_source(open_source(request.path, request.title), wishes)
    original = inspect(imported, request.called)
    dataset = images(original.image_shape) if request.data else None
    pixels, reason = find_pixels(original, dataset, request.pixels)
    labels = _agree(original, imported.labels, dataset, request.called)
    place = folder.absolute()  # "." has no name of its own
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(place.parent) as scratch:
            new = scratch / place.name
            new.mkdir()
            _write(new, request, imported, original, pixels)
            worth = _measure(new, request, original, pixels, observer)
            _fill(place, new)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return Outcome(
        imported.kind,
        (*imported.said, *reason),
        pixels,
        labels,
        original.image_shape,
        worth,
    )


def _fill(place: Path, new: Path) -> None:
    """Move all that is in `new` to `place`, which may be where a terminal is."""
    place.mkdir(parents=True, exist_ok=True)
    # The file that makes it a project comes last.
    for entry in sorted(new.iterdir(), key=lambda entry: entry.name == PROJECT_FILE):
        move_in(entry, place / entry.name)


def check_is_new(folder: Path) -> None:
    """Do nothing if a project can be written there.

    Raises:
        ProjectError: If something is there.
    """
    hint = "choose another folder with -o"
    if os.path.exists(folder / PROJECT_FILE):
        raise ProjectError(f"{folder / PROJECT_FILE}: exists already", hint=hint)
    if os.path.lexists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
        text = f"{folder}: expected a new folder, got one that holds something"
        raise ProjectError(text, hint=hint)


def _load(request: Request, shape: tuple[int, int, int]) -> Dataset:
    """The data set, its images as the network takes them."""
    from tinycnn.datasets import dataset_names

    data = str(request.data)
    is_known = data in dataset_names()
    table: dict[str, Any] = {"name": data} if is_known else {"path": data}
    if not is_known and not data.lower().endswith((".npz", ".npy")):
        table |= {"image_size": shape[:2], "channels": shape[2]}
    found = load_dataset(
        DatasetSettings.model_validate(table), seed=1, folders=request.data_folders
    )
    if found.image_shape != shape:
        raise ProjectError(
            f"data set '{data}': expected images of {shape}, as {request.called} "
            f"takes, got {found.image_shape}",
            hint="give a folder of pictures, which are resized",
        )
    return found


def _agree(
    original: Original, labels: tuple[str, ...], dataset: Dataset | None, name: str
) -> tuple[str, ...]:
    """The names of the classes, if as many as the network has outputs.

    Raises:
        ProjectError: If they are not.
    """
    classes = len(dataset.class_names) if dataset else len(labels)
    outputs = original.outputs
    if classes and outputs != classes and (classes, outputs) != (2, 1):
        whose = "the data set" if dataset else "the file's labels"
        raise ProjectError(
            f"{name}: expected an output for each of {classes} classes of {whose}, "
            f"got {outputs}",
            hint="give the data that it was trained for, a folder for each class",
        )
    if dataset is None or not labels:
        return dataset.class_names if dataset else labels
    given = sorted(map(str.casefold, labels))
    if given == sorted(map(str.casefold, dataset.class_names)) and [
        *map(str.casefold, labels)
    ] != [*map(str.casefold, dataset.class_names)]:
        raise ProjectError(
            f"{name}: its labels are {', '.join(labels)}, in another order than the "
            f"data set's {', '.join(dataset.class_names)}",
            hint="name the folders so that they sort as the labels do",
        )
    return dataset.class_names


def _write(
    folder: Path,
    request: Request,
    imported: Imported,
    original: Original,
    pixels: Scaling,
) -> None:
    """The project's files."""
    file, shape = _FILES[imported.kind], original.image_shape
    text = project_template(
        request.name,
        dataset=request.data or f"./{_NO_DATA}",
        image_size=shape[0] if shape[0] == shape[1] else shape[:2],
        channels=shape[2],
        board=request.board,
        file=file,
        pixels=pixels,
    )
    write_whole(imported.content, folder / file)
    if imported.labels:
        write_whole("".join(f"{label}\n" for label in imported.labels), folder / LABELS)
    write_whole(text, folder / PROJECT_FILE)
    load_project(folder)


def _measure(
    folder: Path,
    request: Request,
    original: Original,
    pixels: Scaling,
    observer: Observer,
) -> Worth | None:
    """Quantize with the project's data, and compare with the original."""
    if request.data is None:
        return None
    workspace = open_workspace(
        folder, observer=observer, data_folders=request.data_folders
    )
    convert_project(workspace)
    before = measure_original(original, workspace.dataset.test, pixels)
    return measure_worth(before, workspace)

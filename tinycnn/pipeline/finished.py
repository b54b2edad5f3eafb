"""The stage of a network that came finished: its int8 `.tflite` takes a model's place.

Nothing is trained, so that TensorFlow is not needed. What it takes and gives must suit
the project's data set.
"""

from __future__ import annotations

from pathlib import Path

from tinycnn.artifacts import BuildFolder, Inputs, flatten_settings, hash_if_there
from tinycnn.compiler import Tensor, read_tflite
from tinycnn.datasets import Dataset
from tinycnn.errors import ProjectError, UnsupportedModelError
from tinycnn.files import write_whole
from tinycnn.firmware.c_array import c_array
from tinycnn.project import Project
from tinycnn.workbench import read_model

__all__ = ["borders_of", "check_suits", "finished_inputs", "take_finished"]


def finished_inputs(project: Project, root: Path) -> Inputs:
    """Of the `.tflite` in the build folder: the file that the project names."""
    digest = hash_if_there(root / str(project.model.file)) or ""
    table = {"model": project.model.model_dump(exclude={"pixels"})}
    return Inputs(
        settings=flatten_settings(table), files={str(project.model.file): digest}
    )


def take_finished(out: BuildFolder, project: Project, root: Path) -> None:
    """Write the project's `.tflite` file, and the C array of it."""
    content = read_model(root / str(project.model.file))
    header, source = c_array(content)
    write_whole(content, out.model)
    write_whole(header, out.c_header)
    write_whole(source, out.c_source)


def check_suits(project: Project, dataset: Dataset, root: Path) -> None:
    """Do nothing if the finished network is for such images and as many classes.

    Raises:
        ProjectError: If it is not.
        ModelError: If it cannot be used.
    """
    label, classes = f"model '{project.model.file}'", len(dataset.class_names)
    image, scores = borders_of(read_model(root / str(project.model.file)), label)
    if image.shape[1:] != dataset.image_shape:
        raise ProjectError(
            f"{label}: expected images of {dataset.image_shape}, as the data set has, "
            f"got {image.shape[1:]}",
            hint="set image_size and channels in [dataset]",
        )
    grid = dataset.grid
    if grid is not None and scores.shape[1:] != (*grid, classes):
        raise ProjectError(
            f"{label}: expected an output of {(*grid, classes)}, as the data set has "
            f"cells and classes, got {scores.shape[1:]}",
            hint="give the data that it was trained for",
        )
    if not grid and scores.size != classes and (classes, scores.size) != (2, 1):
        raise ProjectError(
            f"{label}: expected an output for each of {classes} classes of the data "
            f"set, got {scores.size}",
            hint="give the data that it was trained for, a folder for each class",
        )
    means = len(project.model.scaling.mean)
    if means not in (1, image.shape[3]):
        raise ProjectError(
            f"model.pixels: expected 1 or {image.shape[3]} numbers, as {label} has so "
            f"many channels, got {means}"
        )


def borders_of(content: bytes, label: str) -> tuple[Tensor, Tensor]:
    """The one image that a `.tflite` takes, and the numbers that it gives.

    Raises:
        ModelError: If it takes or gives something else.
    """
    graph = read_tflite(content)
    counts = len(graph.inputs), len(graph.outputs)
    hint = "analyze, compile, profile and validate take the .tflite itself"
    if counts != (1, 1):
        raise UnsupportedModelError(
            f"{label}: expected 1 input and 1 output, got {counts[0]} and {counts[1]}",
            hint=hint,
        )
    image, scores = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    kinds = ("int8", "uint8", "float32")
    shape = image.shape
    if len(shape) != 4 or shape[0] != 1 or shape[3] not in (1, 3):
        raise UnsupportedModelError(
            f"{label}: expected an input of one image, height x width x 1 or 3, got "
            f"{shape}",
            hint=hint,
        )
    if image.dtype not in kinds or scores.dtype not in kinds:
        raise UnsupportedModelError(
            f"{label}: expected inputs and outputs of {', '.join(kinds)}, got "
            f"{image.dtype} and {scores.dtype}",
            hint=hint,
        )
    return image, scores

"""Other projects that a training learns from: the start of a transfer, a teacher.

A borrowed network is another project's float network, built anew from its settings; its
weights are in its build folder.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from tinycnn.artifacts import BuildFolder, hash_path
from tinycnn.datasets import Dataset
from tinycnn.errors import ProjectError
from tinycnn.project import Project, load_project
from tinycnn.recipe import IMAGENET

__all__ = ["hash_borrowed", "hash_borrowed_if_there", "load_teacher"]
__all__ += ["weights_to_start_from"]


def hash_borrowed(project: Project, build: BuildFolder) -> dict[str, str]:
    """The digests of the weights that training `project` depends on.

    Raises:
        ProjectError: If another project was not trained yet.
    """
    lenders = project.training.lenders
    return {folder: hash_path(_weights_of(folder, build)) for folder in lenders}


def hash_borrowed_if_there(project: Project, build: BuildFolder) -> dict[str, str]:
    """As `hash_borrowed`, without the weights that are gone: they are learned from."""
    paths = {f: _place_of(f, build) for f in project.training.lenders}
    return {f: hash_path(path) for f, path in paths.items() if path.is_file()}


def weights_to_start_from(
    project: Project, build: BuildFolder, model: Any
) -> list[Any]:
    """The weights that `[training.transfer]` names, for `model`.

    Raises:
        ProjectError: If they cannot be had.
        InvalidModelError: If their file is broken.
    """
    from tinycnn.training.transfer import imagenet_weights
    from tinycnn.training.weights import read_weights

    transfer = project.training.transfer
    if transfer is None:
        return []
    if transfer.source == IMAGENET:
        return imagenet_weights(model)
    return list(read_weights(_weights_of(transfer.source, build)))


def load_teacher(project: Project, dataset: Dataset, build: BuildFolder) -> Any:
    """The network that `[training.distill]` names; None without it.

    Raises:
        ProjectError: If it is no project, or was not trained yet.
        InvalidModelError: If it was trained for other images or classes.
    """
    from tinycnn.models import build_from_settings
    from tinycnn.training.weights import load_weights

    distill = project.training.distill
    if distill is None:
        return None
    folder = build.project / distill.teacher
    other = load_project(folder)
    teacher = build_from_settings(
        other.model,
        root=folder,
        input_shape=dataset.image_shape,
        classes=len(dataset.class_names),
        grid=dataset.grid,
    )
    load_weights(teacher, _weights_of(distill.teacher, build))
    return teacher


def _place_of(folder: str, build: BuildFolder) -> Path:
    """Where the weights of the project in `folder`, relative to this one's, belong."""
    return BuildFolder.of(build.project / folder).float_weights


def _weights_of(folder: str, build: BuildFolder) -> Path:
    path = _place_of(folder, build)
    if not path.is_file():
        raise ProjectError(
            f"{path}: no such file: the project was not trained yet",
            hint=f"run tinycnn train {shlex.quote(str(build.project / folder))}",
        )
    return path

"""Other projects that a training learns from: the start of a transfer, a teacher.

A borrowed network is another project's float network, built anew from its settings; its
weights are `build/float.npz` in its folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tinycnn.datasets import Dataset
from tinycnn.errors import ProjectError
from tinycnn.pipeline.stages import hash_path
from tinycnn.project import Project, load_project
from tinycnn.recipe import IMAGENET

__all__ = ["hash_borrowed", "load_teacher", "weights_to_start_from"]


def hash_borrowed(project: Project, build: Path) -> dict[str, str]:
    """The digests of the weights that training `project` depends on.

    Raises:
        ProjectError: If another project was not trained yet.
    """
    lenders = project.training.lenders
    return {folder: hash_path(_weights_of(folder, build)) for folder in lenders}


def weights_to_start_from(project: Project, build: Path, model: Any) -> list[Any]:
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


def load_teacher(project: Project, dataset: Dataset, build: Path) -> Any:
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
    folder = build.parent / distill.teacher
    other = load_project(folder)
    teacher = build_from_settings(
        other.model,
        root=folder,
        input_shape=dataset.image_shape,
        classes=len(dataset.class_names),
    )
    load_weights(teacher, _weights_of(distill.teacher, build))
    return teacher


def _weights_of(folder: str, build: Path) -> Path:
    """The weights of the project in `folder`, which is relative to this one's."""
    path = build.parent / folder / "build" / "float.npz"
    if not path.is_file():
        raise ProjectError(
            f"{path}: no such file: the project was not trained yet",
            hint=f"run tinycnn train {build.parent / folder}",
        )
    return path

"""A project's images, with the labels that its network is to give."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tinycnn.artifacts import BuildFolder
from tinycnn.datasets import Dataset, Progress, label_by_kernel, load_dataset
from tinycnn.project import Project

__all__ = ["load_images"]


def load_images(
    project: Project,
    build: BuildFolder,
    folders: Sequence[Path],
    progress: Progress | None = None,
) -> Dataset:
    """The data set of a project; of a given kernel, what it makes is the label.

    Args:
        project: Whose it is.
        build: Its build folder.
        folders: Where published data sets may lie.
        progress: Told of a download.

    Raises:
        DatasetError: If the data set cannot be had.
    """
    dataset = load_dataset(
        project.dataset,
        seed=project.seed,
        root=build.project,
        folders=folders,
        progress=progress,
    )
    given = project.model.given
    return dataset if given is None else label_by_kernel(dataset, **given)

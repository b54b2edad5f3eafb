"""The model that a path means: a `.tflite` file, or a project, built or not.

An architecture without trained weights becomes a `.tflite` of the same operators and
sizes, so that whether it fits is known before any training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tinycnn.errors import ProjectError
from tinycnn.pipeline.build import open_workspace
from tinycnn.pipeline.stages import Observer
from tinycnn.pipeline.training import require_tensorflow
from tinycnn.project import PROJECT_FILE, load_project

__all__ = ["FoundModel", "find_model"]


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A `.tflite` and where it is from.

    Attributes:
        content: The bytes of the file.
        origin: What the file says: a path, or an architecture that was not trained.
        board: The board that a project names; None without a project.
    """

    content: bytes
    origin: str
    board: str | None = None


def find_model(
    path: Path, *, observer: Observer, data_folders: Sequence[Path] = ()
) -> FoundModel:
    """The model at `path`.

    Args:
        path: A `.tflite` file, a project's folder or its `tinycnn.toml`.
        observer: Told how the download of a data set proceeds.
        data_folders: Where published data sets may lie.

    Raises:
        ProjectError: If the file cannot be read or the project file is wrong.
        DatasetError: If an unbuilt project's data set, which gives shapes, is missing.
        ModelError: If the architecture is not supported.
        ToolchainError: If TensorFlow is needed and not installed.
    """
    if path.is_dir() or path.name == PROJECT_FILE:
        return _find_in_project(path, observer, data_folders)
    return FoundModel(_read(path), str(path))


def _find_in_project(
    path: Path, observer: Observer, data_folders: Sequence[Path]
) -> FoundModel:
    project = load_project(path)
    built = (path if path.is_dir() else path.parent) / "build" / "model.tflite"
    board = project.target.board
    if built.exists():
        return FoundModel(_read(built), str(built), board)
    require_tensorflow()
    from tinycnn.models import build_from_settings
    from tinycnn.training.untrained import convert_untrained

    dataset = open_workspace(path, observer=observer, data_folders=data_folders).dataset
    model = build_from_settings(
        project.model,
        root=path if path.is_dir() else path.parent,
        input_shape=dataset.image_shape,
        classes=len(dataset.class_names),
    )
    origin = f"architecture {project.model.label}, not trained yet"
    return FoundModel(convert_untrained(model), origin, board)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProjectError(
            f"{path}: cannot be read: {error.strerror}",
            hint="give a .tflite file or a project",
        ) from error

"""The picture of a project's augmentation, drawn without any training."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tinycnn.errors import TinycnnError
from tinycnn.files import writing
from tinycnn.pipeline.build import Workspace
from tinycnn.pipeline.training import require_tensorflow

__all__ = ["preview_project"]


def preview_project(workspace: Workspace) -> Path:
    """Draw the picture into the build folder; returns its path.

    Raises:
        ToolchainError: If TensorFlow is not installed.
        TinycnnError: If the build folder cannot be written.
    """
    require_tensorflow()
    from tinycnn.training.preview import draw_preview

    project, path = workspace.project, workspace.build.preview
    picture = draw_preview(
        workspace.dataset.train, project.training.augment, seed=project.seed
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing(path) as stream:
            Image.fromarray(picture).save(stream, format="PNG")
    except OSError as error:
        raise TinycnnError(f"{path}: cannot be written: {error.strerror}") from error
    return path

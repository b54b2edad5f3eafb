"""A network that a search found, as a project of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tinycnn.errors import ProjectError
from tinycnn.project import Project, parse_project
from tinycnn.project.editing import with_values
from tinycnn.search.space import apply_choice
from tinycnn.search.trial import Found

__all__ = ["chosen_project"]

_KNOBS = ("width", "depth", "halvings", "activation", "squeeze_excite")


def chosen_project(
    text: str,
    project: Project,
    folder: Path,
    trials: Sequence[Found],
    number: int,
    *,
    name: str,
    place: Path,
) -> str:
    """The text of a new project file with the choice of a trial.

    Args:
        text: Of the project that was searched.
        project: The same, read.
        folder: Its folder.
        trials: What was found.
        number: The trial's.
        name: Of the new firmware.
        place: The new project's folder.

    Raises:
        ProjectError: If there is no such trial, or it cannot be a project.
    """
    known = {one.number: one for one in trials}
    if number not in known:
        told = f"0 to {max(known)}" if known else "none"
        raise ProjectError(
            f"trial {number}: not known", hint=f"trials that are over: {told}"
        )
    if known[number].cost is None:
        raise ProjectError(f"trial {number}: {known[number].says}")
    wanted = apply_choice(project, known[number].choice)
    model: dict[str, Any] = {key: getattr(wanted.model, key) for key in _KNOBS}
    dataset: dict[str, Any] = {
        "image_size": wanted.dataset.image_size,
        "channels": wanted.dataset.channels,
    }
    if wanted.model.build is None:
        model["name"] = wanted.model.name
    else:
        model["build"] = _moved(wanted.model.build, folder, place)
    if wanted.dataset.path is not None:
        dataset["path"] = _moved(wanted.dataset.path, folder, place)
    changes = {
        "": {"name": name},
        "dataset": {k: v for k, v in dataset.items() if v is not None},
        "model": model,
        "training": _choice_of(known[number], "learning_rate", "augment"),
        "quantization": _choice_of(known[number], "weights"),
    }
    new = with_values(text, changes)
    read = parse_project(new, source=f"trial {number}")
    if read.model.name != wanted.model.name or read.training != wanted.training:
        raise ProjectError(
            f"trial {number}: its values do not fit the lines of tinycnn.toml",
            hint=f"set them by hand: {known[number].choice}",
        )
    return new


def _choice_of(found: Found, *names: str) -> dict[str, Any]:
    return {name: found.choice[name] for name in names if name in found.choice}


def _moved(path: str, folder: Path, place: Path) -> str:
    """A path relative to the new folder that leads to the same place."""
    if os.path.isabs(path):
        return path
    return Path(os.path.relpath(folder / path, place)).as_posix()

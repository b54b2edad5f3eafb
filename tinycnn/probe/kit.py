"""A kit for owners of a board: sketches of public models that others have timed there.

FOLDER/models/NAME.tflite    the models, by their digests
FOLDER/sketches/NAME/        a sketch of each, for the Arduino IDE or arduino-cli
FOLDER/sketches/probe/       the probe's
FOLDER/README.md             what to do
FOLDER/timings.json          what was measured, one row a model: tinycnn.probe.timing
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat

from tinycnn.analysis.fit import find_objective
from tinycnn.boards import Board, load_board
from tinycnn.choices import Numerics
from tinycnn.compiler import compile_tflite
from tinycnn.errors import ProjectError
from tinycnn.files import read_whole, write_whole
from tinycnn.firmware import FirmwareProject, write_arduino_project
from tinycnn.probe.program import write_probe
from tinycnn.rendering import render

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Kit", "KitModel", "load_kit", "model_path", "write_kit", "write_sketch"]

_MOST_BYTES = 1 << 24


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KitModel(_Facts):
    """A public model.

    Attributes:
        name: Of its files in the kit, and a C identifier.
        title: For people.
        file: Its name where it is published.
        published: Repository and folder.
        sha256: Of the file.
        numerics: The reference that takes it.
        tflm_ms: What TFLite Micro was timed at.
    """

    name: str
    title: str
    file: str
    published: str
    sha256: str
    numerics: Numerics
    tflm_ms: PositiveFloat


class Kit(_Facts):
    """The models, the board that they were timed on, and by whom."""

    board: str
    timed_by: str
    model: Annotated[tuple[KitModel, ...], Field(strict=False)]


@cache
def load_kit() -> Kit:
    """The kit's table."""
    text = (files("tinycnn.probe") / "kit.toml").read_text("utf-8")
    return Kit.model_validate(tomllib.loads(text))


def write_kit(folder: Path, models: Path) -> tuple[FirmwareProject, ...]:
    """The kit in `folder`, of the files in the folder `models`, whatever their names.

    Raises:
        ProjectError: If a file is missing; names each, and where it is published.
        TinycnnError: If something cannot be written.
    """
    kit = load_kit()
    board = load_board(kit.board)
    contents = _find_models(kit, models)
    sketches = folder / "sketches"
    (folder / "models").mkdir(parents=True, exist_ok=True)
    projects = []
    for model in kit.model:
        content = contents[model.sha256]
        write_whole(content, model_path(folder, model))
        projects.append(write_sketch(content, model, board, sketches))
    projects.append(write_probe(sketches, board))
    readme = render("probe/templates/kit.md.j2", kit=kit, board=board)
    write_whole(readme, folder / "README.md")
    return tuple(projects)


def write_sketch(
    content: bytes, model: KitModel, board: Board, folder: Path
) -> FirmwareProject:
    """The sketch of a model, compiled for speed, in `folder`/NAME."""
    compilation = compile_tflite(
        content,
        name=model.name,
        objective=find_objective(board),
        numerics=model.numerics,
    )
    return write_arduino_project(
        folder,
        name=model.name,
        model_sources=compilation.sources,
        kernels=compilation.program.kernels,
        board=board,
        model_sha256=model.sha256,
    )


def model_path(folder: Path, model: KitModel) -> Path:
    """Where a model lies in the kit in `folder`."""
    return folder / "models" / f"{model.name}.tflite"


def _find_models(kit: Kit, folder: Path) -> dict[str, bytes]:
    """The content of each model's file, by its digest."""
    if not folder.is_dir():
        text = f"{folder}: expected a folder with the kit's models, got none"
        raise ProjectError(text, hint=f"it takes {', '.join(_list_files(kit))}")
    found = {}
    for path in sorted(folder.glob("*.tflite")):
        content = read_whole(path, hint="check the file", max_bytes=_MOST_BYTES)
        found[hashlib.sha256(content).hexdigest()] = content
    missing = [model for model in kit.model if model.sha256 not in found]
    if missing:
        names = "; ".join(
            f"{model.file} of {model.published}, SHA-256 {model.sha256}"
            for model in missing
        )
        text = f"{folder}: expected the {len(kit.model)} models of the kit by their "
        text += f"digests, got {len(kit.model) - len(missing)}"
        raise ProjectError(text, hint=f"put there: {names}")
    return found


def _list_files(kit: Kit) -> Iterator[str]:
    return (model.file for model in kit.model)

"""Model sources -> an Arduino sketch folder that builds with no tinycnn installed.

    NAME/NAME.ino       setup() and loop(), one statement a line (the builder's parser)
    NAME/sketch.yaml    board and core version for arduino-cli
    NAME/src/tcnn/      model, kernels, harness and port, flat: the only place besides
                        the root where Arduino compiles C files

The folder is written beside its place and swapped in: it is whole or as it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinycnn import __version__
from tinycnn.boards import Board
from tinycnn.errors import ProjectError
from tinycnn.firmware.folder import swap_in
from tinycnn.firmware.sources import runtime_sources
from tinycnn.rendering import render

__all__ = ["FirmwareProject", "write_arduino_project"]

# What Arduino accepts as the name of a sketch and C as the start of an identifier.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")

_MODEL_HEADER = "model.h"


@dataclass(frozen=True, slots=True)
class FirmwareProject:
    """A folder of firmware sources.

    Attributes:
        name: Of the model; its C symbols begin with it.
        folder: The sketch.
        sources: Files to compile, relative to `folder`, sorted.
    """

    name: str
    folder: Path
    sources: tuple[str, ...]


def write_arduino_project(
    folder: Path,
    *,
    name: str,
    model_sources: Mapping[str, str],
    kernels: Sequence[str],
    board: Board,
) -> FirmwareProject:
    """The sketch `folder`/`name`, replacing an earlier one of that name.

    Args:
        folder: Where the sketch's own folder goes.
        name: Prefix of the model's C names.
        model_sources: The model's C files by name, `model.h` among them.
        kernels: The kernel functions that it calls.
        board: For `sketch.yaml`.

    Raises:
        ProjectError: If `name` cannot name a sketch, or the folder holds other files.
        ToolchainError: If a kernel is not known.
    """
    if not _NAME.fullmatch(name):
        raise ProjectError(
            f"sketch '{name}': expected a letter, then at most 62 letters, digits or _",
            hint="give the project another name",
        )
    files = _project_files(name, model_sources, kernels, board)
    swap_in(folder / name, f"{name}.ino", files)
    compiled = (path for path in files if path.endswith((".ino", ".c", ".cpp")))
    return FirmwareProject(name, folder / name, tuple(sorted(compiled)))


def _project_files(
    name: str, model_sources: Mapping[str, str], kernels: Sequence[str], board: Board
) -> dict[str, str]:
    values = {
        "name": name,
        "header": _MODEL_HEADER,
        "generator": f"tinycnn {__version__}",
        "board": board,
    }
    templates = "firmware/templates/arduino"
    sources = {**runtime_sources(kernels, port="arduino"), **model_sources}
    files = {f"src/tcnn/{file}": text for file, text in sources.items()}
    files[f"{name}.ino"] = render(f"{templates}/sketch.ino.j2", **values)
    if board.fqbn:
        platform = ":".join(board.fqbn.split(":")[:2])
        values["platform"] = f"{platform} ({board.arduino_core})"
        files["sketch.yaml"] = render(f"{templates}/sketch.yaml.j2", **values)
    return files

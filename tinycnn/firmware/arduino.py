"""Model sources -> an Arduino sketch, and the same as an Arduino library.

    NAME/NAME.ino       setup() and loop(), one statement a line (the builder's parser)
    NAME/sketch.yaml    board, core and libraries for arduino-cli
    NAME/src/tcnn/      model, kernels, harness and port, flat: the only place besides
                        the root where Arduino compiles C files
    libraries/tinycnn_NAME/
        library.properties, src/tinycnn_NAME.h, src/tcnn/ as above
        examples/serve/serve.ino

Both build with no tinycnn installed. Each folder is written beside its place and
swapped in: it is whole or as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tinycnn import __version__
from tinycnn.boards import Board
from tinycnn.firmware.folder import FirmwareProject, check_name, swap_in
from tinycnn.firmware.sources import runtime_sources
from tinycnn.rendering import render

__all__ = ["write_arduino_project"]

# What a sketch includes of its sources, those of an app too.
_HEADERS = ("harness.h", "model.h", "frames.h", "camera.h")
_NO_LIBRARIES: Mapping[str, str] = MappingProxyType({})


def write_arduino_project(
    folder: Path,
    *,
    name: str,
    model_sources: Mapping[str, str],
    kernels: Sequence[str],
    board: Board,
    libraries: Mapping[str, str] = _NO_LIBRARIES,
) -> FirmwareProject:
    """The sketch `folder`/`name`, replacing an earlier one; its library beside it.

    Args:
        folder: Where the folders of sketch and library go.
        name: Prefix of the model's C names.
        model_sources: The C and C++ files by name of the model, `model.h` among them,
            and of an app.
        kernels: The kernel functions that it calls.
        board: For `sketch.yaml`.
        libraries: Versions of the Arduino libraries that it needs, by name.

    Raises:
        ProjectError: If `name` cannot name a sketch, or a folder holds other files.
        ToolchainError: If a kernel is not known.
    """
    check_name("sketch", name)
    sources = {**runtime_sources(kernels, port="arduino"), **model_sources}
    values = {
        "name": name,
        "board": board,
        "libraries": libraries,
        "headers": [header for header in _HEADERS if header in sources],
        "has_frames": "frames.h" in sources,
        "has_camera": "camera.h" in sources,
    }
    sketch = _sketch_files(values, sources)
    swap_in(folder / name, f"{name}.ino", sketch)
    library = folder / "libraries" / f"tinycnn_{name}"
    swap_in(library, "library.properties", _library_files(values, sources))
    compiled = (path for path in sketch if path.endswith((".ino", ".c", ".cpp")))
    return FirmwareProject(name, folder / name, tuple(sorted(compiled)))


def _sketch_files(
    values: Mapping[str, Any], sources: Mapping[str, str]
) -> dict[str, str]:
    includes = [f'"src/tcnn/{header}"' for header in values["headers"]]
    files = {f"{values['name']}.ino": _render("sketch.ino", values, includes=includes)}
    board: Board = values["board"]
    if board.fqbn:
        platform = ":".join(board.fqbn.split(":")[:2])
        files["sketch.yaml"] = _render("sketch.yaml", values, platform=platform)
    return files | {f"src/tcnn/{file}": text for file, text in sources.items()}


def _library_files(
    values: Mapping[str, Any], sources: Mapping[str, str]
) -> dict[str, str]:
    header = f"tinycnn_{values['name']}.h"
    example = _render("sketch.ino", values, includes=(f"<{header}>",))
    return {
        "library.properties": _render("library.properties", values, header=header),
        "examples/serve/serve.ino": example,
        f"src/{header}": _render("library.h", values),
        **{f"src/tcnn/{file}": text for file, text in sources.items()},
    }


def _render(template: str, values: Mapping[str, Any], **more: object) -> str:
    path = f"firmware/templates/arduino/{template}.j2"
    return render(path, version=__version__, **values, **more)

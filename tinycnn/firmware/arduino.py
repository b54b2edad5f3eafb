"""Model sources -> an Arduino sketch, and the same as an Arduino library.

    NAME/NAME.ino       setup() and loop(), one statement a line (the builder's parser)
    NAME/sketch.yaml    board, core and libraries for arduino-cli
    NAME/src/           NAME_model.h and the other files of the model; besides the root
                        the only place where Arduino compiles C files
    NAME/src/tcnn/      kernels, harness and port, flat
    libraries/tinycnn_NAME/
        library.properties, src/tinycnn_NAME.h, src/ as above
        examples/serve/serve.ino

Both build with no tinycnn installed, say in a README.md how, and list in sbom.cdx.json
what they hold. Each folder is written beside its place and swapped in: it is whole or
as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tinycnn.about import __version__
from tinycnn.analysis.receive import DEFAULT_RECEIVE, ReceiveBuffer
from tinycnn.boards import Board
from tinycnn.firmware.bill import BILL, Part, bill_of_firmware
from tinycnn.firmware.dialect import dialect_header
from tinycnn.firmware.folder import (
    FirmwareProject,
    check_name,
    license_text,
    swap_in,
)
from tinycnn.firmware.sources import runtime_sources, served_headers, serving_features
from tinycnn.rendering import render, render_c

__all__ = ["write_arduino_project"]

_NO_LIBRARIES: Mapping[str, str] = MappingProxyType({})


def write_arduino_project(
    folder: Path,
    *,
    name: str,
    model_sources: Mapping[str, str],
    kernels: Sequence[str],
    board: Board,
    libraries: Mapping[str, str] = _NO_LIBRARIES,
    model_sha256: str = "",
    receive: ReceiveBuffer = DEFAULT_RECEIVE,
) -> FirmwareProject:
    """The sketch `folder`/`name`, replacing an earlier one; its library beside it.

    Args:
        folder: Where the folders of sketch and library go.
        name: Prefix of the model's C names.
        model_sources: The C and C++ files of model, app and dialect, by their paths
            below `src`.
        kernels: The kernel functions that it calls.
        board: For `sketch.yaml`.
        libraries: Versions of the Arduino libraries that it needs, by name.
        model_sha256: Digest of the `.tflite` file, for the bill of materials.
        receive: The buffer for the next image.

    Raises:
        ProjectError: If `name` cannot name a sketch, or a folder holds other files.
        ToolchainError: If a kernel is not known.
    """
    check_name("sketch", name)
    speaks_text = dialect_header(name) in model_sources
    runtime = runtime_sources(
        kernels, port="arduino", receive=receive, speaks_text=speaks_text
    )
    sources = {**runtime, **model_sources}
    values = {
        "name": name,
        "board": board,
        "libraries": libraries,
        "headers": served_headers(name, sources),
        "has_camera": "tcnn/camera.h" in sources,
        **serving_features(name, sources),
    }
    sketch = _sketch_files(values, sources)
    library = _library_files(values, sources)
    needs = [Part("library", *item) for item in libraries.items()]
    if board.arduino_platform:
        needs.append(Part("platform", board.arduino_platform, board.arduino_core))
    for files in (sketch, library):
        files[BILL] = bill_of_firmware(
            name, files, model_sha256=model_sha256, needs=needs
        )
    swap_in(folder / name, f"{name}.ino", sketch)
    home = folder / "libraries" / f"tinycnn_{name}"
    swap_in(home, "library.properties", library)
    compiled = (path for path in sketch if path.endswith((".ino", ".c", ".cpp")))
    return FirmwareProject(name, folder / name, tuple(sorted(compiled)), receive)


def _sketch_files(
    values: Mapping[str, Any], sources: Mapping[str, str]
) -> dict[str, str]:
    includes = [f'"src/{header}"' for header in values["headers"]]
    files = {
        f"{values['name']}.ino": _render("sketch.ino", values, includes=includes),
        "README.md": _render("sketch.md", values),
        "LICENSE": license_text(),
    }
    board: Board = values["board"]
    if board.fqbn:
        platform = board.arduino_platform
        files["sketch.yaml"] = _render("sketch.yaml", values, platform=platform)
    return files | {f"src/{path}": text for path, text in sources.items()}


def _library_files(
    values: Mapping[str, Any], sources: Mapping[str, str]
) -> dict[str, str]:
    header = f"tinycnn_{values['name']}.h"
    example = _render("sketch.ino", values, includes=(f"<{header}>",))
    return {
        "library.properties": _render("library.properties", values, header=header),
        "examples/serve/serve.ino": example,
        "README.md": _render("library.md", values),
        "LICENSE": license_text(),
        f"src/{header}": _render("library.h", values),
        **{f"src/{path}": text for path, text in sources.items()},
    }


def _render(template: str, values: Mapping[str, Any], **more: object) -> str:
    path = f"firmware/templates/arduino/{template}.j2"
    draw = render_c if template.endswith((".ino", ".h")) else render
    return draw(path, version=__version__, **values, **more)

"""Model sources -> a Zephyr application, which is a Zephyr module too.

    NAME/CMakeLists.txt, prj.conf, src/main.c   the application
    NAME/README.md          how to build and use it
    NAME/sbom.cdx.json      what it holds and needs
    NAME/west.yml           the Zephyr release and the modules that the board needs
    NAME/sample.yaml        for Twister
    NAME/boards/            settings of the boards whose link is their USB
    NAME/zephyr/            the module: its Kconfig, CMake and header
    NAME/src/               NAME_model.h and the other files of the model
    NAME/src/tcnn/          kernels, harness and port

The application builds the model through the module, as any other application would. It
builds with no tinycnn installed. The folder is written beside its place and swapped in:
it is whole or as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tinycnn.about import __version__
from tinycnn.analysis.receive import DEFAULT_RECEIVE, ReceiveBuffer
from tinycnn.boards import Board
from tinycnn.errors import ProjectError
from tinycnn.firmware.bill import BILL, Part, bill_of_firmware
from tinycnn.firmware.dialect import dialect_header
from tinycnn.firmware.folder import FirmwareProject, check_name, license_text, swap_in
from tinycnn.firmware.sources import runtime_sources, serving_features
from tinycnn.rendering import render
from tinycnn.runtime import kernel_sources

__all__ = ["write_zephyr_project"]

# The release that west.yml pins.
_RELEASE = "v4.2.0"

# Boards with USB whose console is a pair of pins.
_USB_TARGETS = (
    "arduino_nano_33_ble/nrf52840",
    "arduino_nano_33_ble/nrf52840/sense",
    "rpi_pico/rp2040",
    "rpi_pico2/rp2350a/m33",
)

_NO_LIBRARIES: Mapping[str, str] = MappingProxyType({})


def write_zephyr_project(
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
    """The application `folder`/`name`, replacing an earlier one of that name.

    Args:
        folder: Where the application's own folder goes.
        name: Prefix of the model's C names.
        model_sources: The C and C++ files of model, app and dialect, by their paths
            below `src`.
        kernels: The kernel functions that it calls.
        board: Whose modules `west.yml` names; any other works with them at hand.
        libraries: Revisions of the modules that the model needs, by name.
        model_sha256: Digest of the `.tflite` file, for the bill of materials.
        receive: The buffer for the next image.

    Raises:
        ProjectError: If `name` cannot name an application, Zephyr lacks the board, or
            the folder holds other files.
        ToolchainError: If a kernel is not known.
    """
    check_name("application", name)
    if board.zephyr_target is None:
        raise ProjectError(
            f"{board.title}: Zephyr does not support it",
            hint='set framework = "arduino" in tinycnn.toml, or take another board',
        )
    runtime = {f"tcnn/{name}" for name in kernel_sources(kernels)}
    speaks_text = dialect_header(name) in model_sources
    serving = runtime_sources(
        kernels, port="zephyr", receive=receive, speaks_text=speaks_text
    )
    sources = {**serving, **model_sources}
    values = {
        "name": name,
        "version": __version__,
        "board": board,
        "release": _RELEASE,
        "libraries": libraries,
        **serving_features(name, sources),
        "kernels": _compiled(runtime),
        "model": _compiled(model_sources),
        "harness": _compiled(sources.keys() - runtime - model_sources.keys()),
    }
    files = {path: _render(template, values) for path, template in _files(name).items()}
    files |= {f"src/{path}": text for path, text in sources.items()}
    files["LICENSE"] = license_text()
    files[BILL] = bill_of_firmware(
        name, files, model_sha256=model_sha256, needs=_needs(board, libraries)
    )
    swap_in(folder / name, "zephyr/module.yml", files)
    return FirmwareProject(name, folder / name, _compiled(files), receive)


def _needs(board: Board, libraries: Mapping[str, str]) -> list[Part]:
    """What `west.yml` gets; Zephyr's own manifest decides the modules' versions."""
    revisions = dict.fromkeys(board.zephyr_modules) | dict(libraries)
    zephyr = f"pkg:github/zephyrproject-rtos/zephyr@{_RELEASE}"
    return [
        Part("framework", "zephyr", _RELEASE, license="Apache-2.0", purl=zephyr),
        *(Part("library", name, version) for name, version in revisions.items()),
    ]


def _files(name: str) -> dict[str, str]:
    """The template of each generated file, by its path."""
    files = {
        "CMakeLists.txt": "CMakeLists.txt",
        "README.md": "README.md",
        "prj.conf": "prj.conf",
        "sample.yaml": "sample.yaml",
        "src/main.c": "main.c",
        "west.yml": "west.yml",
        "zephyr/CMakeLists.txt": "library.cmake",
        "zephyr/Kconfig": "Kconfig",
        f"zephyr/include/tinycnn_{name}.h": "header.h",
        "zephyr/module.yml": "module.yml",
    }
    for target in _USB_TARGETS:
        path = f"boards/{target.replace('/', '_')}"
        files |= {f"{path}.conf": "usb.conf", f"{path}.overlay": "usb.overlay"}
    return files


def _compiled(files: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(file for file in files if file.endswith((".c", ".cc", ".cpp"))))


def _render(template: str, values: Mapping[str, Any]) -> str:
    return render(f"firmware/templates/zephyr/{template}.j2", **values)

"""A board's own tools, one module each: a project folder -> what is flashed.

They are used where they are installed and have what the board needs. Where not, what
to install is said exactly, and nothing fails: the project folder is complete.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tinycnn.boards import Board
from tinycnn.choices import Framework
from tinycnn.files import scratch_folder
from tinycnn.firmware.folder import FirmwareProject
from tinycnn.firmware.image import FirmwareImage
from tinycnn.firmware.vendor import arduino_cli, esp_idf, pico_sdk, platformio, west
from tinycnn.firmware.vendor.tool import VendorTool

__all__ = ["VendorTool", "build_with_vendor_tool", "find_vendor_tool"]

_FIND = {
    "arduino": arduino_cli.find,
    "zephyr": west.find,
    "platformio": platformio.find,
    "esp-idf": esp_idf.find,
    "pico-sdk": pico_sdk.find,
}
_BUILD = {
    "arduino": arduino_cli.build,
    "zephyr": west.build,
    "platformio": platformio.build,
    "esp-idf": esp_idf.build,
    "pico-sdk": pico_sdk.build,
}
_SUFFIXES = (".elf", ".bin", ".hex", ".uf2", ".zip")


def find_vendor_tool(
    framework: Framework, board: Board, libraries: Mapping[str, str]
) -> VendorTool:
    """What builds projects of a framework, with what it lacks for `board`.

    Args:
        framework: What the project is made for.
        board: What is built for.
        libraries: Versions of the framework's libraries that are needed, by name.

    Raises:
        ToolchainError: If the program is there but does not work.
    """
    return _FIND[framework](board, libraries)


def build_with_vendor_tool(
    project: FirmwareProject, board: Board, *, framework: Framework, output: Path
) -> FirmwareImage:
    """The project linked for the real board: NAME.elf, .bin, ... in `output`.

    Raises:
        ToolchainError: If the tool fails, or the image does not fit the board.
    """
    output.mkdir(parents=True, exist_ok=True)
    with scratch_folder() as scratch:
        image = _BUILD[framework](project, board, scratch / "built")
        # Such as NAME.bin, and what some boards need beside it: NAME.bootloader.bin.
        for file in image.elf.parent.glob(f"{image.elf.stem}.*"):
            if file.suffix in _SUFFIXES:
                rest = file.name.removeprefix(image.elf.stem)
                shutil.copyfile(file, output / f"{project.name}{rest}")
    elf = output / f"{project.name}.elf"
    return FirmwareImage(elf, image.flash_bytes, image.ram_bytes, image.toolchain)

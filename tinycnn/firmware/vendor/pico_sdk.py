"""CMake with the Pico SDK: a project folder -> what is flashed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from tinycnn.boards import Board
from tinycnn.children import run_text
from tinycnn.firmware.folder import FirmwareProject
from tinycnn.firmware.image import FirmwareImage
from tinycnn.firmware.vendor.tool import VendorTool, measure_image, tool_failed

__all__ = ["build", "find"]

_PROGRAMS = ("cmake", "arm-none-eabi-gcc")


def find(board: Board, libraries: Mapping[str, str]) -> VendorTool:
    """CMake, the compiler, and the SDK that PICO_SDK_PATH names."""
    absent = [program for program in _PROGRAMS if shutil.which(program) is None]
    if absent:
        return VendorTool("", f"install {' and '.join(absent)}")
    sdk = Path(os.environ.get("PICO_SDK_PATH", ""))
    version = sdk / "pico_sdk_version.cmake"
    if not version.is_file():
        return VendorTool("", "set PICO_SDK_PATH to a folder of the Pico SDK")
    parts = re.findall(r"set\(PICO_SDK_VERSION_\w+ (\d+)\)", version.read_text())
    return VendorTool(f"Pico SDK {'.'.join(parts)}")


def build(project: FirmwareProject, board: Board, built: Path) -> FirmwareImage:
    """Build in `built`, so that the project's folder stays as it is."""
    for command in (
        ["cmake", "-S", str(project.folder), "-B", str(built)],
        ["cmake", "--build", str(built), "--parallel", str(os.cpu_count() or 1)],
    ):
        done = run_text(command)
        if done.returncode:
            raise tool_failed(command, done.returncode, done.stderr + done.stdout)
    elf = built / f"{project.name}.elf"
    return measure_image(project.name, elf, board, "pico-sdk")

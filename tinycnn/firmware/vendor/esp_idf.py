"""ESP-IDF: a project folder -> what is flashed, the bootloader with it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tinycnn.boards import Board
from tinycnn.children import run_text
from tinycnn.firmware.folder import FirmwareProject
from tinycnn.firmware.image import FirmwareImage
from tinycnn.firmware.vendor.tool import VendorTool, measure_image, tool_failed

__all__ = ["build", "find"]


def find(board: Board, libraries: Mapping[str, str]) -> VendorTool:
    """idf.py, as ESP-IDF's own script puts it on the path."""
    if shutil.which("idf.py") is None:
        hint = "install ESP-IDF 5.1 or newer, run its export.sh"
        return VendorTool("", f"{hint} in this terminal")
    return VendorTool(run_text(["idf.py", "--version"]).stdout.strip())


def build(project: FirmwareProject, board: Board, built: Path) -> FirmwareImage:
    """Build in `built`, so that the project's folder stays as it is."""
    command = ["idf.py", "-C", str(project.folder), "-B", str(built)]
    command += [f"-DSDKCONFIG={built / 'sdkconfig'}", "build", "merge-bin"]
    done = run_text(command)
    if done.returncode:
        raise tool_failed(command, done.returncode, done.stderr + done.stdout)
    merged = built / "merged-binary.bin"
    merged.rename(built / f"{project.name}.merged.bin")
    elf = built / f"{project.name}.elf"
    return measure_image(project.name, elf, board, "esp-idf")

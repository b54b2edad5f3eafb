"""PlatformIO: a project folder -> what is flashed."""

from __future__ import annotations

import os
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
    """PlatformIO, which fetches the rest itself."""
    if shutil.which("pio") is None:
        return VendorTool("", "pip install platformio")
    return VendorTool(run_text(["pio", "--version"]).stdout.strip())


def build(project: FirmwareProject, board: Board, built: Path) -> FirmwareImage:
    """Build in `built`, so that the project's folder stays as it is."""
    command = ["pio", "run", "--project-dir", str(project.folder)]
    done = run_text(
        command, environment={**os.environ, "PLATFORMIO_WORKSPACE_DIR": str(built)}
    )
    if done.returncode:
        raise tool_failed(command, done.returncode, done.stdout + done.stderr)
    elf = built / f"build/{board.name}/firmware.elf"
    return measure_image(project.name, elf, board, "platformio")

"""west: a Zephyr application -> what is flashed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tinycnn.boards import Board
from tinycnn.children import run_text
from tinycnn.firmware.folder import FirmwareProject
from tinycnn.firmware.image import FirmwareImage
from tinycnn.firmware.vendor.tool import VendorTool, measure_image, tool_failed

__all__ = ["build", "find"]


def find(board: Board, libraries: Mapping[str, str]) -> VendorTool:
    """West, and the workspace that it is called in."""
    workspace = (
        "make a Zephyr workspace of a copy of the application (its west.yml says how), "
        "or set ZEPHYR_BASE to one that has the modules"
    )
    if shutil.which("west") is None:
        return VendorTool("", f"pip install west, install the Zephyr SDK, {workspace}")
    version = _west("--version").stdout.strip()
    where = _west("topdir")
    if where.returncode:
        return VendorTool(version, workspace)
    return VendorTool(version)


def _west(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["west", *arguments]
    return run_text(command)


def build(project: FirmwareProject, board: Board, built: Path) -> FirmwareImage:
    """Build in `built`, so that the application's folder stays as it is."""
    command = ["west", "build", "--board", str(board.zephyr_target)]
    command += ["--build-dir", str(built), str(project.folder)]
    done = run_text(command)
    if done.returncode:
        raise tool_failed(command, done.returncode, done.stdout + done.stderr)
    elf = built / "zephyr/zephyr.elf"
    return measure_image(project.name, elf, board, "west")

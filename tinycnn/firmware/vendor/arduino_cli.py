"""arduino-cli: a sketch -> what is flashed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tinycnn.boards import Board
from tinycnn.children import run_text
from tinycnn.firmware.elf import check_room, measure
from tinycnn.firmware.folder import FirmwareProject
from tinycnn.firmware.image import FirmwareImage
from tinycnn.firmware.vendor.tool import VendorTool, tool_failed

__all__ = ["build", "find"]

_TOO_OLD = "install arduino-cli 1.0 or newer"


def find(board: Board, libraries: Mapping[str, str]) -> VendorTool:
    """arduino-cli, with the board's core and the libraries that are needed."""
    if board.fqbn is None:
        return VendorTool("", f"{board.title} has no Arduino core")
    platform, install = board.arduino_platform, board.arduino_install
    if shutil.which("arduino-cli") is None:
        return VendorTool("", f"install arduino-cli, then run {install}")
    found = [f"arduino-cli {_ask('version').get('VersionString', '')}"]
    cores = _ask("core", "list").get("platforms") or []
    installed = {core["id"]: core.get("installed_version") for core in cores}
    if not installed.get(platform):
        return VendorTool(found[0], f"run {install}")
    found.append(f"{platform} {installed[platform]}")
    for name, version in libraries.items():
        wanted = f'run arduino-cli lib install "{name}@{version}"'
        entries = _ask("lib", "list", name).get("installed_libraries") or []
        versions = [entry["library"].get("version") for entry in entries]
        if version not in versions:
            return VendorTool(", ".join(found), wanted)
        found.append(f"{name} {version}")
    return VendorTool(", ".join(found))


def _ask(*arguments: str) -> dict[str, Any]:
    """What arduino-cli answers, in JSON."""
    command = ["arduino-cli", *arguments, "--json"]
    done = run_text(command)
    return _parse(command, done)


def _parse(
    command: Sequence[str], done: subprocess.CompletedProcess[str]
) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise tool_failed(
            command, done.returncode, done.stdout + done.stderr, _TOO_OLD
        ) from error
    return answer


def build(project: FirmwareProject, board: Board, built: Path) -> FirmwareImage:
    """Build in `built`; the sizes are what the core counts."""
    command = ["arduino-cli", "compile", "--fqbn", str(board.fqbn), "--warnings", "all"]
    command += ["--build-path", str(built), "--json", str(project.folder)]
    done = run_text(command)
    answer = _parse(command, done)
    elf = built / f"{project.name}.ino.elf"
    if done.returncode:
        if elf.is_file():  # linked, and refused for its size
            check_room(project.name, measure(elf, board), board)
        log = f"{answer.get('compiler_err', '')}\n{answer.get('error', '')}"
        raise tool_failed(command, done.returncode, log)
    sections = answer["builder_result"]["executable_sections_size"]
    sizes = {section["name"]: int(section["size"]) for section in sections}
    return FirmwareImage(elf, sizes["text"], sizes["data"], "arduino-cli")

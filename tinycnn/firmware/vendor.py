"""A board's own tools, arduino-cli and west: a project folder -> what is flashed.

They are used where they are installed and have what the board needs. Where not, what
to install is said exactly, and nothing fails: the project folder is complete.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinycnn.boards import Board
from tinycnn.children import run_text
from tinycnn.errors import ToolchainError
from tinycnn.files import scratch_folder
from tinycnn.firmware.elf import check_room, measure
from tinycnn.firmware.folder import FirmwareProject
from tinycnn.firmware.image import FirmwareImage

__all__ = ["VendorTool", "build_with_vendor_tool", "find_vendor_tool"]

_SUFFIXES = (".elf", ".bin", ".hex", ".uf2", ".zip")
_TOO_OLD = "install arduino-cli 1.0 or newer"


@dataclass(frozen=True, slots=True)
class VendorTool:
    """What builds for a board on this computer.

    Attributes:
        identity: Program, version, and those of what it builds with.
        missing: What to install first; empty if nothing is missing.
    """

    identity: str
    missing: str = ""


def find_vendor_tool(
    framework: str, board: Board, libraries: Mapping[str, str]
) -> VendorTool:
    """arduino-cli or west, as `framework` wants, with what it lacks for `board`.

    Args:
        framework: "arduino" or "zephyr".
        board: What is built for.
        libraries: Versions of the Arduino libraries that are needed, by name.

    Raises:
        ToolchainError: If the program is there but does not work.
    """
    if framework == "zephyr":
        return _find_west()
    return _find_arduino_cli(board, libraries)


def build_with_vendor_tool(
    project: FirmwareProject, board: Board, *, framework: str, output: Path
) -> FirmwareImage:
    """The project linked for the real board: NAME.elf, .bin, ... in `output`.

    Raises:
        ToolchainError: If the tool fails, or the image does not fit the board.
    """
    output.mkdir(parents=True, exist_ok=True)
    with scratch_folder() as scratch:
        built = scratch / "built"
        build = _build_with_west if framework == "zephyr" else _build_with_arduino_cli
        image = build(project, board, built)
        # Such as NAME.bin, and what some boards need beside it: NAME.bootloader.bin.
        for file in image.elf.parent.glob(f"{image.elf.stem}.*"):
            if file.suffix in _SUFFIXES:
                rest = file.name.removeprefix(image.elf.stem)
                shutil.copyfile(file, output / f"{project.name}{rest}")
    elf = output / f"{project.name}.elf"
    return FirmwareImage(elf, image.flash_bytes, image.ram_bytes, image.toolchain)


def _find_arduino_cli(board: Board, libraries: Mapping[str, str]) -> VendorTool:
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
        raise _failed(
            command, done.returncode, done.stdout + done.stderr, _TOO_OLD
        ) from error
    return answer


def _build_with_arduino_cli(
    project: FirmwareProject, board: Board, built: Path
) -> FirmwareImage:
    command = ["arduino-cli", "compile", "--fqbn", str(board.fqbn), "--warnings", "all"]
    command += ["--build-path", str(built), "--json", str(project.folder)]
    done = run_text(command)
    answer = _parse(command, done)
    elf = built / f"{project.name}.ino.elf"
    if done.returncode:
        if elf.is_file():  # linked, and refused for its size
            check_room(project.name, measure(elf, board), board)
        log = f"{answer.get('compiler_err', '')}\n{answer.get('error', '')}"
        raise _failed(command, done.returncode, log)
    sections = answer["builder_result"]["executable_sections_size"]
    sizes = {section["name"]: int(section["size"]) for section in sections}
    return FirmwareImage(elf, sizes["text"], sizes["data"], "arduino-cli")


def _find_west() -> VendorTool:
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


def _build_with_west(
    project: FirmwareProject, board: Board, built: Path
) -> FirmwareImage:
    command = ["west", "build", "--board", str(board.zephyr_target)]
    command += ["--build-dir", str(built), str(project.folder)]
    done = run_text(command)
    if done.returncode:
        raise _failed(command, done.returncode, done.stdout + done.stderr)
    elf = built / "zephyr/zephyr.elf"
    size = measure(elf, board)
    check_room(project.name, size, board)
    return FirmwareImage(elf, size.flash_bytes, size.ram.total_bytes, "west")


def _failed(
    command: Sequence[str], returncode: int, log: str, hint: str | None = None
) -> ToolchainError:
    """The tool's first line about an error, or its last line."""
    lines = log.strip().splitlines() or ["no output"]
    line = next((line for line in lines if "error" in line.lower()), lines[-1])
    return ToolchainError(
        f"{command[0]} {command[1]}: failed with exit code {returncode}: {line}",
        hint=hint or f"run it to see all: {shlex.join(command)}",
        command=command,
        returncode=returncode,
        log=log,
    )

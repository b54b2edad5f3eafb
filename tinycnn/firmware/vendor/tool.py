"""What the modules of this package share: a tool, what it built, how it fails."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tinycnn.boards import Board
from tinycnn.errors import ToolchainError
from tinycnn.firmware.elf import check_room, measure
from tinycnn.firmware.image import FirmwareImage

__all__ = ["VendorTool", "measure_image", "tool_failed"]


@dataclass(frozen=True, slots=True)
class VendorTool:
    """What builds for a board on this computer.

    Attributes:
        identity: Program, version, and those of what it builds with.
        missing: What to install first; empty if nothing is missing.
    """

    identity: str
    missing: str = ""


def measure_image(name: str, elf: Path, board: Board, tool: str) -> FirmwareImage:
    """The image that `tool` linked for the model `name`.

    Raises:
        ToolchainError: If it does not fit the board.
    """
    size = measure(elf, board)
    check_room(name, size, board)
    return FirmwareImage(elf, size.flash_bytes, size.ram.total_bytes, tool)


def tool_failed(
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

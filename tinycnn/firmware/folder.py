"""Firmware projects as folders: written whole, beside their place, then swapped in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tinycnn.analysis.receive import DEFAULT_RECEIVE, ReceiveBuffer
from tinycnn.errors import ProjectError
from tinycnn.files import cannot_write, writing_folder
from tinycnn.rendering import WINDOWS_DEVICES
from tinycnn.runtime import firmware_dir

__all__ = ["FirmwareProject", "check_name", "license_text", "swap_in"]

# What Arduino and CMake accept as a name, and C as the start of an identifier.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class FirmwareProject:
    """A folder of firmware sources.

    Attributes:
        name: Of the model; its C symbols begin with it.
        folder: The sketch, or the application.
        sources: Files to compile, relative to `folder`, sorted.
        receive: The buffer for the next image.
    """

    name: str
    folder: Path
    sources: tuple[str, ...]
    receive: ReceiveBuffer = DEFAULT_RECEIVE


def check_name(kind: str, name: str) -> None:
    """Refuse a name that cannot be that of a folder and of a C symbol.

    Args:
        kind: What is named, for the message.
        name: Of the model.

    Raises:
        ProjectError: If it cannot.
    """
    if not _NAME.fullmatch(name):
        raise ProjectError(
            f"{kind} '{name}': expected a letter, then at most 62 letters, digits or _",
            hint="give the project another name",
        )
    if name.lower() in WINDOWS_DEVICES:
        text = f"{kind} '{name}': Windows reserves the name for a device"
        raise ProjectError(text, hint="give the project another name")


def license_text() -> str:
    """The licence of the C runtime, for each folder that has it."""
    root = firmware_dir()
    beside = root / "LICENSE"  # in an installed package; in a checkout one above
    path = beside if beside.is_file() else root.parent / "LICENSE"
    return path.read_text(encoding="utf-8")


def swap_in(target: Path, mark: str, files: Mapping[str, str]) -> None:
    """Replace the folder `target` by one with `files`.

    Args:
        target: Must be empty, missing, or hold the file `mark`.
        mark: Shows that the folder is one of ours.
        files: Text by path, relative to `target`.

    Raises:
        ProjectError: If the folder holds other files.
        TinycnnError: If it cannot be written.
    """
    if target.exists() and not target.is_dir():
        raise ProjectError(
            f"{target}: expected a folder or none, got something else",
            hint="choose another folder",
        )
    if target.exists() and any(target.iterdir()) and not (target / mark).is_file():
        raise ProjectError(
            f"{target.name}: expected a folder with {mark} or none, got other files",
            hint="choose another folder",
        )
    try:
        with writing_folder(target) as new:
            for path, text in files.items():
                (new / path).parent.mkdir(parents=True, exist_ok=True)
                (new / path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise cannot_write(target, error) from error

"""What to flash of a built project: the image that its board's own tools linked.

The simulated board's image runs on a core of ours, which has no USB: it never leaves
this computer.
"""

from __future__ import annotations

from pathlib import Path

from tinycnn.boards import Board, load_board
from tinycnn.device.flash import FlashJob
from tinycnn.errors import ProjectError, ToolchainError
from tinycnn.pipeline.stages import hash_path
from tinycnn.project import load_project

__all__ = ["find_flash_job"]


def find_flash_job(folder: Path) -> FlashJob:
    """The image to flash of the project in `folder`, and how.

    Raises:
        ProjectError: If the project was not built yet.
        ToolchainError: If there is no image for a real board.
    """
    project = load_project(folder)
    board = load_board(project.target.board)
    framework: str = project.target.framework
    build = (folder if folder.is_dir() else folder.parent) / "build"
    model = build / "model.tflite"
    if not model.is_file():
        raise ProjectError(f"{build}: not built yet", hint="run tinycnn build")
    method = board.upload
    if framework == "zephyr" and method == "arduino-cli":
        method = "west"
    if method == "none":
        text = f"board {board.name}: no program that uploads to it is known"
        raise ToolchainError(text, hint="upload with what its maker offers")
    suffix = "uf2" if method == "uf2" else "bin"
    image = build / "board" / f"{project.name}.{suffix}"
    if not image.is_file():
        text = f"{image}: no image for a real {board.name}; firmware.elf is the "
        hint = f"{_missing_tools(board, framework)}, then run tinycnn build again"
        raise ToolchainError(
            f"{text}simulated board's, which must not be flashed", hint
        )
    return FlashJob(board, method, image, hash_path(model))


def _missing_tools(board: Board, framework: str) -> str:
    if framework == "zephyr" or board.fqbn is None:
        return "install west and Zephyr, set ZEPHYR_BASE"
    core = ":".join(board.fqbn.split(":")[:2])
    return f"install arduino-cli, run arduino-cli core install {core}"

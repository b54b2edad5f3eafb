"""What to flash of a built project: the image that its board's own tools linked.

The simulated board's image runs on a core of ours, which has no USB: it never leaves
this computer.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tinycnn.artifacts import BuildFolder
from tinycnn.boards import Board, load_board
from tinycnn.choices import Framework
from tinycnn.device.flash import FlashJob
from tinycnn.device.upload import find_method, image_suffix
from tinycnn.errors import ToolchainError
from tinycnn.firmware.vendor import find_vendor_tool
from tinycnn.harness import Identity
from tinycnn.pipeline.freshness import (
    check_board_image,
    check_current,
    load_own_images,
)
from tinycnn.pipeline.subject import identify
from tinycnn.project import load_project
from tinycnn.workbench import DeviceChoice

__all__ = ["find_flash_job"]


def find_flash_job(
    folder: Path, *, data_folders: Sequence[Path] = ()
) -> tuple[FlashJob, Identity]:
    """The image to flash of the project in `folder`, and how; who runs it then.

    Args:
        folder: The project's folder or its `tinycnn.toml`.
        data_folders: Where its data set may lie.

    Raises:
        StaleBuildError: If the project changed since it was built.
        ProjectError: If it was not built yet.
        ToolchainError: If there is no image for a real board.
    """
    project, build = load_project(folder), BuildFolder.of(folder)
    check_current(project, build, load_own_images(project, build, data_folders))
    board = load_board(project.target.board)
    framework = project.target.framework
    method = find_method(board, framework)
    image = build.uploadable(project.name, image_suffix(method))
    if not image.is_file():
        simulated = f"{build.simulated_image.name} is the simulated board's"
        text = f"{image}: no image for a real {board.name}; {simulated}"
        hint = _missing_tools(board, framework)
        raise ToolchainError(f"{text}, which must not be flashed", hint)
    check_board_image(project, build)
    linked = build.linked.read()
    identity = identify(linked, project.target, DeviceChoice(port="USB"))
    speaks_text = linked.dialect != "packets"
    return FlashJob(board, method, image, linked.model_sha256, speaks_text), identity


def _missing_tools(board: Board, framework: Framework) -> str:
    """What to do; a command comes last, so that it can be copied whole."""
    if framework == "zephyr" or (framework == "arduino" and not board.arduino_install):
        return "install west and Zephyr, set ZEPHYR_BASE, then run tinycnn build again"
    if framework == "arduino":
        start = "install arduino-cli and the board's core, then run tinycnn build again"
        return f"{start}: {board.arduino_install}"
    missing = find_vendor_tool(framework, board, {}).missing or "look at its output"
    return f"{missing}, then run tinycnn build again"

"""The stage that links a real board's image, by its own tools where they are there."""

from __future__ import annotations

import shutil
from dataclasses import asdict

from tinycnn.artifacts import BoardImage, BuildFolder, Inputs, hash_path
from tinycnn.boards import load_board
from tinycnn.firmware import FirmwareProject
from tinycnn.firmware.vendor import build_with_vendor_tool, find_vendor_tool
from tinycnn.pipeline.firmware import libraries_of
from tinycnn.pipeline.stages import StageRunner
from tinycnn.project import Project

__all__ = ["link_for_board"]


def link_for_board(project: Project, runner: StageRunner) -> BoardImage:
    """Link the real board's image into the folder `board`, if that can be done.

    If not, an older image does not stay there: it is no longer the project's.

    Raises:
        ToolchainError: If the board's tools are there and fail.
    """
    image = BoardImage()
    try:
        image = _link(project, runner)
    finally:
        if not image.tool:
            shutil.rmtree(runner.build.board, ignore_errors=True)
    return image


def _link(project: Project, runner: StageRunner) -> BoardImage:
    target, build = project.target, runner.build
    board = load_board(target.board)
    folder = build.firmware_project(target.framework, project.name)
    tool = find_vendor_tool(target.framework, board, libraries_of(project))

    def link(out: BuildFolder) -> None:
        image = BoardImage(missing=tool.missing)
        if not tool.missing:
            built = build_with_vendor_tool(
                FirmwareProject(project.name, folder, ()),
                board,
                framework=target.framework,
                output=out.board,
            )
            image = BoardImage(tool.identity, "", built.flash_bytes, built.ram_bytes)
        out.board_image.write(image)

    inputs = Inputs(
        options={"board": board.name},
        made_of={folder.name: hash_path(folder)},
        tools=asdict(tool),
    )
    runner.run("board", inputs, link)
    return build.board_image.read()

"""TFLite Micro's Arduino library -> an archive for the simulated board."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tinycnn.boards import Board
from tinycnn.errors import ToolchainError
from tinycnn.files import scratch_folder
from tinycnn.firmware.compilers import (
    FLAGS,
    GCC,
    board_macros,
    compile_all,
    copy_folder,
    cross_compiler,
    install,
    run_compiler,
)
from tinycnn.runtime import firmware_dir

__all__ = ["TFLM_FLAGS", "TFLM_LINK_FLAGS", "TflmLibrary", "build_tflm_library"]

# TFLite Micro's Arduino library: its kernels for Arduino, without what needs a core.
TFLM_FLAGS = ("-DARDUINO=10819", "-DARDUINO_EXCLUDE_CODE", "-isystem", "tflm")
TFLM_LINK_FLAGS = "-lstdc++ -lm --specs=nosys.specs -Wl,--defsym=end=0".split()


@dataclass(frozen=True, slots=True)
class TflmLibrary:
    """TFLite Micro for a board.

    Attributes:
        headers: The `src` folder of the Arduino library.
        archive: Compiled by `arm-none-eabi-gcc`.
    """

    headers: Path
    archive: Path


def build_tflm_library(folder: Path, board: Board, *, output: Path) -> TflmLibrary:
    """The Arduino library in `folder` compiled for `board`: takes minutes.

    Args:
        folder: As Arduino's library manager unpacks it.
        board: Its core decides.
        output: The archive.

    Raises:
        ToolchainError: If the folder is something else, or the compiler fails.
    """
    if not (folder / "src/tensorflow/lite/micro").is_dir():
        raise ToolchainError(
            f"{folder}: expected the Arduino library of TFLite Micro",
            hint="give target.tflm_library the folder with its library.properties",
        )
    compiler = [*cross_compiler(GCC, board), *FLAGS, "-w", "-Icore", "-Ibackend"]
    with scratch_folder() as work:
        copy_folder(folder / "src", work / "tflm")
        sim = firmware_dir() / "ports/sim"
        for name, target in (("core", "core"), ("nrf52840", "backend")):
            copy_folder(sim / name, work / target)
        sources = [
            path.relative_to(work).as_posix()
            for path in sorted((work / "tflm").rglob("*.c*"))
            if path.suffix in (".c", ".cc", ".cpp") and "peripherals" not in path.parts
        ]
        flags = [*TFLM_FLAGS, *board_macros(board)]
        objects = compile_all([*compiler, *flags], sources, work)
        run_compiler(["arm-none-eabi-ar", "rcsD", output.name, *objects], work)
        install(work / output.name, output)
    return TflmLibrary(folder / "src", output)

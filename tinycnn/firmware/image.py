"""Firmware project -> firmware image of the simulated board.

The image is what the simulated board runs: the sketch's own sources on the small
Arduino core in `firmware/ports/sim`, for the board's own core. It says in a section
`.board` what it was linked for.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tinycnn.analysis.ram import RamUse
from tinycnn.boards import Board
from tinycnn.choices import Toolchain
from tinycnn.files import scratch_folder
from tinycnn.firmware.compilers import (
    FLAGS,
    GCC,
    board_macros,
    compile_all,
    copy_folder,
    cross_compiler,
    in_folder,
    install,
    run_compiler,
)
from tinycnn.firmware.elf import check_fit, measure
from tinycnn.firmware.folder import FirmwareProject
from tinycnn.firmware.tflm_library import TFLM_FLAGS, TFLM_LINK_FLAGS, TflmLibrary
from tinycnn.runtime import firmware_dir

__all__ = ["Backend", "FirmwareImage", "build_image"]

Backend = Literal["nrf52840", "mps2"]

_LINK_FLAGS = ("-Wl,--gc-sections", "-Wl,-z,max-page-size=4096")
_GCC_LINK_FLAGS = ("-nostartfiles", "-Wl,--build-id=none")

# The lengths are generous on purpose: who builds compares the sizes with the board's
# and can then say what takes them.
_LINK_SCRIPT = """\
MEMORY
{{
    FLASH (rx) : ORIGIN = {flash_base:#x}, LENGTH = 0x8000000
    RAM (rw) : ORIGIN = {ram_base:#x}, LENGTH = 0x8000000
}}
image_stack_bytes = {stack_bytes:#x};
INCLUDE sections.ld
"""
_RECEIVE = "tcnn_receive.h"  # of a sketch: how large the core's buffer is to be
_STACK_BYTES = 0x2000  # where the board's core sets no size

# What the simulator has to know of a board.
_SIMULATED = ("clock_hz", "flash_base", "flash_bytes", "ram_base", "ram_bytes")


@dataclass(frozen=True, slots=True)
class FirmwareImage:
    """A linked program for a board.

    Attributes:
        elf: The file, with symbols.
        flash_bytes: What it takes of the flash.
        ram_bytes: What it takes of RAM, the stack included.
        toolchain: What built it.
        ram: The same, itemised; None where a framework linked it, with its own data.
    """

    elf: Path
    flash_bytes: int
    ram_bytes: int
    toolchain: str
    ram: RamUse | None = None


def build_image(
    project: FirmwareProject,
    board: Board,
    *,
    output: Path,
    toolchain: Toolchain = "zig",
    backend: Backend = "nrf52840",
    tflm: TflmLibrary | None = None,
    optimization: str = "-O2",
) -> FirmwareImage:
    """The project built for the simulated `board`, in the file `output`.

    Args:
        project: The sketch.
        board: Its core and memories decide.
        output: The ELF file.
        toolchain: What compiles it.
        backend: Whose peripherals it drives: the simulator's, or those of ARM's MPS2
            boards in QEMU.
        tflm: What a project of that engine needs; for arm-none-eabi-gcc alone.
        optimization: The compiler's flag, -Os as Arduino's.

    Raises:
        ToolchainError: If the compiler is missing or fails, the image does not fit the
            board, or its core cannot be simulated.
    """
    compiler = cross_compiler(toolchain, board)
    with scratch_folder() as work:
        sources = _collect_image_sources(project, backend, work)
        _describe_board(board, work)
        include = ["-Icore", "-Ibackend", "-Ilibrary", *board_macros(board)]
        if toolchain == "zig":
            include += ["-isystem", "libc"]
        libraries: list[str] = []
        if tflm is not None:
            copy_folder(tflm.headers, work / "tflm")
            copy_folder(firmware_dir() / "ports/sim/tflm", work / "stubs")
            include += ["-Istubs", *TFLM_FLAGS]
            sources.append("stubs/debug_log.c")
            libraries = [str(tflm.archive.resolve()), *TFLM_LINK_FLAGS]
        flags = [*FLAGS, optimization, *include]
        objects = compile_all([*compiler, *flags], sources, work)
        link = [*compiler, *_LINK_FLAGS, "-T", "link.ld", *objects, *libraries]
        if toolchain == GCC:
            link += _GCC_LINK_FLAGS
        link += ["-o", "image.elf"]
        run_compiler(link, work)
        size = measure(work / "image.elf", board)
        check_fit(project.name, size, board)
        install(work / "image.elf", output)
    ram = replace(size.ram, image_bytes=project.receive.image_bytes)
    return FirmwareImage(output, size.flash_bytes, ram.total_bytes, toolchain, ram)


def _collect_image_sources(
    project: FirmwareProject, backend: Backend, work: Path
) -> list[str]:
    """Copies everything that an image is made of; what to compile of it."""
    sim = firmware_dir() / "ports/sim"
    copy_folder(project.folder, work / "sketch")
    copy_folder(sim / "core", work / "core")
    copy_folder(sim / backend, work / "backend")
    copy_folder(sim / "libraries/Arduino_OV767X/src", work / "library")
    copy_folder(sim / "libc", work / "libc")
    shutil.copyfile(work / "core/sections.ld", work / "sections.ld")
    if (receive := project.folder / "src/tcnn" / _RECEIVE).is_file():
        shutil.copyfile(receive, work / "backend" / _RECEIVE)
    sources = [f"sketch/{source}" for source in project.sources]
    for pattern in ("*.c", "*.cpp"):
        for folder in ("core", "backend"):
            sources += in_folder(work, folder, pattern)
    return [*sources, "board.c"]


def _describe_board(board: Board, work: Path) -> None:
    """Writes what the linker and the simulator have to know."""
    script = _LINK_SCRIPT.format(
        flash_base=board.flash_base,
        ram_base=board.ram_base,
        stack_bytes=board.stack_bytes or _STACK_BYTES,
    )
    (work / "link.ld").write_text(script, encoding="utf-8")
    known = {key: getattr(board, key) for key in _SIMULATED}
    facts = json.dumps({"core": board.simulated_core, **known})
    section = '__attribute__((section(".board"), used))'
    text = f"{section} static const char board[] = {json.dumps(facts)};\n"
    (work / "board.c").write_text(text, encoding="utf-8")

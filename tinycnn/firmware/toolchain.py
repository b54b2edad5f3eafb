"""Firmware project -> firmware image for a board, or program for this computer.

The image is what the simulated board runs: the sketch's own sources on the small
Arduino core in `firmware/ports/sim`, by `zig cc` (from the Python index) or
`arm-none-eabi-gcc`, for the board's own core. It says in a section `.board` what it was
linked for. Flags are Arduino's where they matter to C; -O2 instead of -Os. Sources are
copied to a scratch folder and compiled by relative names, without debug information, so
that the same sources give the same bytes anywhere.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from tinycnn.boards import Board
from tinycnn.choices import Toolchain
from tinycnn.errors import ToolchainError
from tinycnn.files import writing
from tinycnn.firmware.elf import check_fit, measure
from tinycnn.firmware.folder import FirmwareProject
from tinycnn.runtime import firmware_dir

__all__ = ["Backend", "FirmwareImage", "TflmLibrary", "Toolchain"]
__all__ += ["build_host", "build_image", "build_tflm_library"]

Backend = Literal["nrf52840", "mps2"]

_C_FLAGS = ("-std=gnu11",)
_CPP_FLAGS = ("-std=gnu++14", "-fno-exceptions", "-fno-rtti", "-x", "c++")
_FLAGS = (
    "-O2 -g0 -Wall -Wextra -ffunction-sections -fdata-sections -funsigned-char "
    "-fomit-frame-pointer -fno-unwind-tables -fno-asynchronous-unwind-tables"
).split()
_LINK_FLAGS = ("-Wl,--gc-sections", "-Wl,-z,max-page-size=4096")

_GCC: Literal["arm-none-eabi-gcc"] = "arm-none-eabi-gcc"
_ZIG_TARGETS = {
    "cortex-m0plus": "eabi -mcpu=cortex_m0plus",
    "cortex-m3": "eabi -mcpu=cortex_m3",
    "cortex-m4": "eabi -mcpu=cortex_m4",
    "cortex-m4f": "eabihf -mcpu=cortex_m4+vfp4d16sp",
    "cortex-m7": "eabihf -mcpu=cortex_m7+fp_armv8d16",
    "cortex-m33": "eabihf -mcpu=cortex_m33+dsp+fp_armv8d16sp",
}
_GCC_TARGETS = {
    "cortex-m0plus": "cortex-m0plus -mfloat-abi=soft",
    "cortex-m3": "cortex-m3 -mfloat-abi=soft",
    "cortex-m4": "cortex-m4 -mfloat-abi=soft",
    "cortex-m4f": "cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16",
    "cortex-m7": "cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16",
    "cortex-m33": "cortex-m33 -mfloat-abi=hard -mfpu=fpv5-sp-d16",
}
_GCC_LINK_FLAGS = ("-nostartfiles", "-Wl,--build-id=none")
# TFLite Micro's Arduino library: its kernels for Arduino, without what needs a core.
_TFLM_FLAGS = ("-DARDUINO=10819", "-DARDUINO_EXCLUDE_CODE", "-isystem", "tflm")
_TFLM_LINK_FLAGS = "-lstdc++ -lm --specs=nosys.specs -Wl,--defsym=end=0".split()

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
# What Arduino's core gives its main thread where it has threads.
_THREAD_STACK_BYTES = 0x8000
_STACK_BYTES = 0x2000

# What the simulator has to know of a board.
_SIMULATED = ("core", "clock_hz", "flash_base", "flash_bytes", "ram_base", "ram_bytes")

_SIM_HINT = "pip install 'tinycnn[sim]'"


@dataclass(frozen=True, slots=True)
class FirmwareImage:
    """A linked program for a board.

    Attributes:
        elf: The file, with symbols.
        flash_bytes: What it takes of the flash.
        ram_bytes: What it takes of RAM, the stack included.
        toolchain: What built it.
    """

    elf: Path
    flash_bytes: int
    ram_bytes: int
    toolchain: str


@dataclass(frozen=True, slots=True)
class TflmLibrary:
    """TFLite Micro for a board.

    Attributes:
        headers: The `src` folder of the Arduino library.
        archive: Compiled by `arm-none-eabi-gcc`.
    """

    headers: Path
    archive: Path


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
    compiler = _cross_compiler(toolchain, board)
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        sources = _collect_image_sources(project, backend, work)
        _describe_board(board, work)
        include = ["-Icore", "-Ibackend", "-Ilibrary", *_macros(board)]
        if toolchain == "zig":
            include += ["-isystem", "libc"]
        libraries: list[str] = []
        if tflm is not None:
            _copy(tflm.headers, work / "tflm")
            _copy(firmware_dir() / "ports/sim/tflm", work / "stubs")
            include += ["-Istubs", *_TFLM_FLAGS]
            sources.append("stubs/debug_log.c")
            libraries = [str(tflm.archive.resolve()), *_TFLM_LINK_FLAGS]
        flags = [*_FLAGS, optimization, *include]
        objects = _compile_all([*compiler, *flags], sources, work)
        link = [*compiler, *_LINK_FLAGS, "-T", "link.ld", *objects, *libraries]
        if toolchain == _GCC:
            link += _GCC_LINK_FLAGS
        link += ["-o", "image.elf"]
        _run(link, work)
        size = measure(work / "image.elf", board)
        check_fit(project.name, size, board)
        _install(work / "image.elf", output)
    return FirmwareImage(output, size.flash_bytes, size.ram_bytes, toolchain)


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
    compiler = [*_cross_compiler(_GCC, board), *_FLAGS, "-w", "-Icore", "-Ibackend"]
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        _copy(folder / "src", work / "tflm")
        sim = firmware_dir() / "ports/sim"
        for name, target in (("core", "core"), ("nrf52840", "backend")):
            _copy(sim / name, work / target)
        sources = [
            path.relative_to(work).as_posix()
            for path in sorted((work / "tflm").rglob("*.c*"))
            if path.suffix in (".c", ".cc", ".cpp") and "peripherals" not in path.parts
        ]
        flags = [*_TFLM_FLAGS, *_macros(board)]
        objects = _compile_all([*compiler, *flags], sources, work)
        _run(["arm-none-eabi-ar", "rcsD", output.name, *objects], work)
        _install(work / output.name, output)
    return TflmLibrary(folder / "src", output)


def build_host(project: FirmwareProject, *, output: Path) -> Path:
    """The project's model as a program of this computer, in the file `output`.

    It serves the protocol on its standard input and output.

    Raises:
        ToolchainError: If the compiler is missing or fails.
    """
    compiler = [*_zig(), "-mcpu=baseline", "-fno-sanitize=undefined", "-O2"]
    compiler += ["-Wall", "-Wextra", "-funsigned-char", "-Isrc/tcnn", "-Ihost"]
    compiler.append(f"-DTCNN_MODEL={project.name}_model")
    if (project.folder / f"src/{project.name}_frames.h").exists():
        compiler.append(f"-DTCNN_PREPROCESS={project.name}_preprocess")
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        _copy(project.folder / "src", work / "src")
        _copy(firmware_dir() / "ports/host", work / "host")
        sources = [
            *_in_folder(work, "src", "*.c"),
            *_in_folder(work, "src/tcnn", "*.c"),
            *_in_folder(work, "host", "*.c"),
        ]
        objects = _compile_all(compiler, sources, work)
        program = f"program{'.exe' if sys.platform == 'win32' else ''}"
        _run([*_zig(), "-mcpu=baseline", "-s", *objects, "-o", program], work)
        _install(work / program, output)
    return output


def _zig() -> list[str]:
    if find_spec("ziglang") is None:
        command = [sys.executable, "-m", "ziglang", "cc"]
        raise ToolchainError("zig: not installed", hint=_SIM_HINT, command=command)
    return [sys.executable, "-m", "ziglang", "cc"]


def _cross_compiler(toolchain: Toolchain, board: Board) -> list[str]:
    if not board.is_simulated:
        raise ToolchainError(
            f"board {board.name}: expected a Cortex-M to simulate, got {board.core}",
            hint="build the sketch with arduino-cli, and validate it with --port",
        )
    if toolchain == "zig":
        target = f"-target thumb-freestanding-{_ZIG_TARGETS[board.core]}"
        return [*_zig(), *target.split(), "-fno-sanitize=undefined"]
    if shutil.which(_GCC) is None:
        hint = "install gcc-arm-none-eabi and libnewlib-arm-none-eabi, or use zig"
        raise ToolchainError(f"{_GCC}: not found", hint=hint, command=[_GCC])
    target = f"-mthumb --specs=nano.specs -mcpu={_GCC_TARGETS[board.core]}"
    return [_GCC, *target.split()]


def _collect_image_sources(
    project: FirmwareProject, backend: Backend, work: Path
) -> list[str]:
    """Copies everything that an image is made of; what to compile of it."""
    sim = firmware_dir() / "ports/sim"
    _copy(project.folder, work / "sketch")
    _copy(sim / "core", work / "core")
    _copy(sim / backend, work / "backend")
    _copy(sim / "libraries/Arduino_OV767X/src", work / "library")
    _copy(sim / "libc", work / "libc")
    shutil.copyfile(work / "core/sections.ld", work / "sections.ld")
    sources = [f"sketch/{source}" for source in project.sources]
    for pattern in ("*.c", "*.cpp"):
        for folder in ("core", "backend"):
            sources += _in_folder(work, folder, pattern)
    return [*sources, "board.c"]


def _describe_board(board: Board, work: Path) -> None:
    """Writes what the linker and the simulator have to know."""
    has_threads = board.core_ram_bytes > _THREAD_STACK_BYTES
    script = _LINK_SCRIPT.format(
        flash_base=board.flash_base,
        ram_base=board.ram_base,
        stack_bytes=_THREAD_STACK_BYTES if has_threads else _STACK_BYTES,
    )
    (work / "link.ld").write_text(script, encoding="utf-8")
    facts = json.dumps({key: getattr(board, key) for key in _SIMULATED})
    section = '__attribute__((section(".board"), used))'
    text = f"{section} static const char board[] = {json.dumps(facts)};\n"
    (work / "board.c").write_text(text, encoding="utf-8")


def _macros(board: Board) -> list[str]:
    """What Arduino's tools and cores define for a board."""
    title = json.dumps(f"simulated {board.title}")
    macros = [f"-DBOARD_NAME={title}", f"-DVARIANT_MCK={board.clock_hz}u"]
    # Zephyr's name of a board holds that of its chip.
    if "nrf52840" in (board.zephyr_target or "").split("/"):
        macros.append("-DNRF52840_XXAA")
    return macros


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, copy_function=shutil.copyfile)


def _in_folder(work: Path, folder: str, pattern: str) -> list[str]:
    return sorted(f"{folder}/{path.name}" for path in (work / folder).glob(pattern))


def _compile_all(
    compiler: Sequence[str], sources: Sequence[str], work: Path
) -> list[str]:
    """Compiles each source to an object file; their names, in the same order."""

    def compile_one(source: str) -> str:
        target = f"{source}.o"
        flags: list[str] = list(_C_FLAGS)
        if source.endswith((".cc", ".cpp", ".ino")):
            flags = list(_CPP_FLAGS)
        if source.endswith(".ino"):
            flags += ["-include", "Arduino.h"]
        _run([*compiler, *flags, "-c", source, "-o", target], work)
        return target

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(compile_one, sources))


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        log = done.stdout + done.stderr
        what = command[-1]
        first = next(
            (line for line in log.splitlines() if "error" in line), "no output"
        )
        raise ToolchainError(
            f"{what}: compiler failed with exit code {done.returncode}: {first}",
            hint="what tinycnn generates must compile: report this with the log",
            command=command,
            returncode=done.returncode,
            log=log,
        )


def _install(built: Path, output: Path) -> None:
    """Copies a finished file into place, never half of it."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with writing(output) as stream:
        stream.write(built.read_bytes())
        shutil.copymode(built, stream.name)

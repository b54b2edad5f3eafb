"""Compilers and how they are run: `zig cc` of the Python index, `arm-none-eabi-gcc`.

Flags are Arduino's where they matter to C; -O2 instead of -Os. Sources lie in a scratch
folder and are compiled by relative names, without debug information, so that the same
sources give the same bytes anywhere.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from tinycnn.boards import Board
from tinycnn.children import run_text
from tinycnn.choices import Toolchain
from tinycnn.errors import ToolchainError
from tinycnn.files import writing

__all__ = [
    "FLAGS",
    "GCC",
    "board_macros",
    "compile_all",
    "copy_folder",
    "cross_compiler",
    "in_folder",
    "install",
    "run_compiler",
    "zig",
]

_C_FLAGS = ("-std=gnu11",)
_CPP_FLAGS = ("-std=gnu++14", "-fno-exceptions", "-fno-rtti", "-x", "c++")
FLAGS = (
    "-O2 -g0 -Wall -Wextra -ffunction-sections -fdata-sections -funsigned-char "
    "-fomit-frame-pointer -fno-unwind-tables -fno-asynchronous-unwind-tables"
).split()

GCC: Literal["arm-none-eabi-gcc"] = "arm-none-eabi-gcc"
_ZIG_TARGETS = {
    "cortex-m0plus": "thumb-freestanding-eabi -mcpu=cortex_m0plus",
    "cortex-m3": "thumb-freestanding-eabi -mcpu=cortex_m3",
    "cortex-m4": "thumb-freestanding-eabi -mcpu=cortex_m4",
    "cortex-m4f": "thumb-freestanding-eabihf -mcpu=cortex_m4+vfp4d16sp",
    "cortex-m7": "thumb-freestanding-eabihf -mcpu=cortex_m7+fp_armv8d16",
    "cortex-m33": "thumb-freestanding-eabihf -mcpu=cortex_m33+dsp+fp_armv8d16sp",
    "rv32imc": "riscv32-freestanding-none -mcpu=generic_rv32+m+c",
}
_GCC_TARGETS = {
    "cortex-m0plus": "cortex-m0plus -mfloat-abi=soft",
    "cortex-m3": "cortex-m3 -mfloat-abi=soft",
    "cortex-m4": "cortex-m4 -mfloat-abi=soft",
    "cortex-m4f": "cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16",
    "cortex-m7": "cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16",
    "cortex-m33": "cortex-m33 -mfloat-abi=hard -mfpu=fpv5-sp-d16",
}

_SIM_HINT = "pip install 'tinycnn[sim]'"


def zig() -> list[str]:
    """The compiler for this computer, and for any other by a `-target`.

    Raises:
        ToolchainError: If it is not installed.
    """
    package = find_spec("ziglang")
    if package is None or package.origin is None:
        command = [sys.executable, "-m", "ziglang", "cc"]
        raise ToolchainError("zig: not installed", hint=_SIM_HINT, command=command)
    # `python -m ziglang` starts this too, but Python takes as long as a cached compile.
    program = "zig.exe" if sys.platform == "win32" else "zig"
    return [str(Path(package.origin).with_name(program)), "cc"]


def cross_compiler(toolchain: Toolchain, board: Board) -> list[str]:
    """The compiler for a board's core.

    Raises:
        ToolchainError: If it is not installed, or the core cannot be simulated.
    """
    core = board.simulated_core
    if core is None:
        raise ToolchainError(
            f"board {board.name}: expected a Cortex-M or RISC-V to simulate, "
            f"got {board.core}",
            hint="build the sketch with arduino-cli, and validate it with --port",
        )
    if toolchain == "zig":
        target = f"-target {_ZIG_TARGETS[core]}"
        return [*zig(), *target.split(), "-fno-sanitize=undefined"]
    if core not in _GCC_TARGETS:
        raise ToolchainError(
            f"board {board.name}: expected a Cortex-M for {GCC}, got {board.core}",
            hint="build it by zig",
        )
    if shutil.which(GCC) is None:
        hint = "install gcc-arm-none-eabi and libnewlib-arm-none-eabi, or use zig"
        raise ToolchainError(f"{GCC}: not found", hint=hint, command=[GCC])
    target = f"-mthumb --specs=nano.specs -mcpu={_GCC_TARGETS[core]}"
    return [GCC, *target.split()]


def board_macros(board: Board) -> list[str]:
    """What Arduino's tools and cores define for a board."""
    title = json.dumps(f"simulated {board.title}")
    macros = [f"-DBOARD_NAME={title}", f"-DVARIANT_MCK={board.clock_hz}u"]
    # Zephyr's name of a board holds that of its chip.
    if "nrf52840" in (board.zephyr_target or "").split("/"):
        macros.append("-DNRF52840_XXAA")
    return macros


def copy_folder(source: Path, target: Path) -> None:
    """Copies files and folders as they are, but for the times of the files."""
    shutil.copytree(source, target, copy_function=shutil.copyfile)


def in_folder(work: Path, folder: str, pattern: str) -> list[str]:
    """The files of a folder of `work`, by their names relative to `work`."""
    return sorted(f"{folder}/{path.name}" for path in (work / folder).glob(pattern))


def compile_all(
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
        run_compiler([*compiler, *flags, "-c", source, "-o", target], work)
        return target

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(compile_one, sources))


def run_compiler(command: Sequence[str], folder: Path) -> None:
    """Runs a command in `folder`; what it is asked to make comes last.

    Raises:
        ToolchainError: If it fails.
    """
    done = run_text(command, folder=folder)
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


def install(built: Path, output: Path) -> None:
    """Copies a finished file into place, never half of it."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with writing(output) as stream:
        stream.write(built.read_bytes())
        shutil.copymode(built, stream.name)

"""Reads a firmware image (ELF) and checks that it fits its board's memories.

An application starts with its vector table at the beginning of its flash, above a
bootloader if there is one, and everything it loads lies in flash.
"""

from __future__ import annotations

import json
import struct
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from tinycnn.simulator.board import NANO_33_BLE, SimulatedBoard
from tinycnn.simulator.cores import architecture_of

__all__ = ["Image", "ImageError", "read_image"]

_BOARD_SECTION = ".board"


class ImageError(Exception):
    """A file that the simulated board cannot run.

    Args:
        message: What is wrong.
        hint: What to do about it.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Image:
    """A program as it lies in flash.

    Attributes:
        board: What it was linked for.
        segments: (address, bytes) of all that is loaded.
        stack_top: Initial stack pointer.
        reset: Address of the first instruction, without the Thumb bit.
        functions: (address, size, name), by address.
    """

    board: SimulatedBoard
    segments: tuple[tuple[int, bytes], ...]
    stack_top: int
    reset: int
    functions: tuple[tuple[int, int, str], ...]

    @property
    def code(self) -> range:
        """Addresses from the first byte loaded to the last."""
        start = self.board.flash_base
        return range(start, max(place + len(data) for place, data in self.segments))

    def place(self, address: int) -> str:
        """The function at `address` and how far into it: `run+0x1c`."""
        i = bisect_right(self.functions, (address, 1 << 32, "")) - 1
        if i >= 0:
            start, size, name = self.functions[i]
            if address < start + max(size, 2):
                return f"{name}+{address - start:#x}"
        return "unknown code"


def read_image(path: Path) -> Image:
    """The program in the ELF file `path`.

    Raises:
        ImageError: If it is no ELF for the board's core, or does not lie in its
            memories.
    """
    try:
        with path.open("rb") as file:
            return _read(ELFFile(file), path.name)
    except OSError as error:
        raise ImageError(f"{path.name}: {error.strerror}", "check the path") from error
    except ELFError as error:
        raise ImageError(
            f"{path.name}: expected an ELF file, got something else",
            "give the .elf that the linker wrote, not a .bin or .hex",
        ) from error


def _read(elf: ELFFile, name: str) -> Image:
    board = _board(elf, name)
    architecture = architecture_of(board)
    if elf["e_machine"] != architecture.machine:
        raise ImageError(
            f"{name}: expected code for {architecture.title}, got {elf['e_machine']}",
            "build it for the board, not for this computer",
        )
    loaded = []
    for segment in elf.iter_segments("PT_LOAD"):
        start, data = segment["p_paddr"], segment.data()
        if len(data) < segment["p_filesz"]:
            raise ImageError(
                f"{name}: expected {segment['p_filesz']} bytes for {start:#x}, "
                f"got {len(data)}",
                "the file is cut: build it again",
            )
        if data:
            _check_range(
                name, "flash", start, len(data), board.flash_base, board.flash_end
            )
            loaded.append((start, data))
        start, size = segment["p_vaddr"], segment["p_memsz"]
        if size and not board.is_flash(start):
            _check_range(name, "RAM", start, size, board.ram_base, board.ram_end)
    stack_top, reset = _vectors(name, loaded, board)
    return Image(board, tuple(loaded), stack_top, reset, _functions(elf))


def _board(elf: ELFFile, name: str) -> SimulatedBoard:
    section = elf.get_section_by_name(_BOARD_SECTION)
    if section is None:
        return NANO_33_BLE
    try:
        return SimulatedBoard(**json.loads(section.data().rstrip(b"\0")))
    except (TypeError, ValueError) as error:
        raise ImageError(
            f"{name}: section {_BOARD_SECTION} does not describe a board: {error}",
            "build it again with this version of tinycnn",
        ) from error


def _check_range(
    name: str, memory: str, start: int, size: int, low: int, high: int
) -> None:
    if low <= start and start + size <= high:
        return
    hint = f"the board's {memory} for applications is {low:#x} to {high:#x}"
    if low <= start < high:
        hint += f": {start + size - high:,} bytes too many"
    raise ImageError(
        f"{name}: expected {memory} contents inside {low:#x} to {high:#x}, "
        f"got {start:#x} to {start + size:#x}",
        hint,
    )


def _vectors(
    name: str, loaded: list[tuple[int, bytes]], board: SimulatedBoard
) -> tuple[int, int]:
    start = board.flash_base
    table = next((d for a, d in loaded if a == start and len(d) >= 8), None)
    if table is None:
        raise ImageError(
            f"{name}: expected a vector table at {start:#x}, got nothing there",
            f"link the application at {start:#x}",
        )
    stack_top, reset = struct.unpack_from("<II", table)
    thumb_bit = architecture_of(board).thumb_bit
    if not board.is_ram(stack_top - 1) or reset & 1 != thumb_bit:
        thumb = "Thumb " * thumb_bit
        raise ImageError(
            f"{name}: expected a stack in RAM and a {thumb}reset handler in the vector "
            f"table, got {stack_top:#x} and {reset:#x}",
            "the vector table must come first in the image",
        )
    return stack_top, reset & ~1


def _functions(elf: ELFFile) -> tuple[tuple[int, int, str], ...]:
    found = set()
    for section in elf.iter_sections():
        if isinstance(section, SymbolTableSection):
            for symbol in section.iter_symbols():
                if symbol["st_info"]["type"] == "STT_FUNC":
                    start = symbol["st_value"] & ~1
                    found.add((start, symbol["st_size"], symbol.name))
    return tuple(sorted(found))

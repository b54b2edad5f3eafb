"""Reads a firmware image (ELF) and checks that it fits the chip's memories.

The bootloader owns the first 64 KB of flash; an application starts with its vector
table right above it, and everything it loads lies in flash.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

__all__ = [
    "FLASH_BASE",
    "FLASH_END",
    "RAM_BASE",
    "RAM_END",
    "Image",
    "ImageError",
    "read_image",
]

FLASH_BASE = 0x0001_0000
FLASH_END = 0x0010_0000
RAM_BASE = 0x2000_0000
RAM_END = 0x2004_0000


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
        segments: (address, bytes) of all that is loaded.
        stack_top: Initial stack pointer.
        reset: Address of the first instruction, without the Thumb bit.
        functions: (address, size, name), by address.
    """

    segments: tuple[tuple[int, bytes], ...]
    stack_top: int
    reset: int
    functions: tuple[tuple[int, int, str], ...]

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
        ImageError: If it is no Cortex-M ELF, or does not lie in the board's memories.
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
    if elf["e_machine"] != "EM_ARM":
        raise ImageError(
            f"{name}: expected code for ARM, got {elf['e_machine']}",
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
            _check_range(name, "flash", start, len(data), FLASH_BASE, FLASH_END)
            loaded.append((start, data))
        start, size = segment["p_vaddr"], segment["p_memsz"]
        if size and not FLASH_BASE <= start < FLASH_END:
            _check_range(name, "RAM", start, size, RAM_BASE, RAM_END)
    stack_top, reset = _vectors(name, loaded)
    return Image(tuple(loaded), stack_top, reset, _functions(elf))


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


def _vectors(name: str, loaded: list[tuple[int, bytes]]) -> tuple[int, int]:
    table = next((d for a, d in loaded if a == FLASH_BASE and len(d) >= 8), None)
    if table is None:
        raise ImageError(
            f"{name}: expected a vector table at {FLASH_BASE:#x}, got nothing there",
            "link the application at 0x10000, above the bootloader",
        )
    stack_top, reset = struct.unpack_from("<II", table)
    if not RAM_BASE < stack_top <= RAM_END or not reset & 1:
        raise ImageError(
            f"{name}: expected a stack in RAM and a Thumb reset handler in the vector "
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

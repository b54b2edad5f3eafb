"""What a firmware image takes of its board's memories, read from the ELF file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tinycnn.analysis.ram import RamUse
from tinycnn.boards import Board
from tinycnn.errors import ToolchainError
from tinycnn.runtime import firmware_dir

__all__ = ["ImageSize", "check_fit", "check_room", "measure"]

_BIGGEST = 8
# A port's buffer for the next image.
_RECEIVE = "receive_buffer"
# A model's arena lies between two guards, which are the harness's.
_ARENA = "_memory"
_GUARD_BYTES = 2 * 16


@dataclass(frozen=True, slots=True)
class ImageSize:
    """Bytes of an image.

    Attributes:
        flash_bytes: Code, constants and the initial values of variables.
        ram: Variables and the stack.
        flash_symbols: The biggest constants and functions: (bytes, name).
        ram_symbols: The biggest variables.
    """

    flash_bytes: int
    ram: RamUse
    flash_symbols: tuple[tuple[int, str], ...]
    ram_symbols: tuple[tuple[int, str], ...]


def measure(elf: Path, board: Board) -> ImageSize:
    """The sizes of the image in `elf`, which is linked for `board`.

    Raises:
        ToolchainError: If pyelftools is not installed.
    """
    try:
        from elftools.elf.elffile import ELFFile
    except ImportError as error:
        raise ToolchainError(
            "pyelftools: not installed", hint="pip install 'tinycnn[sim]'"
        ) from error
    with elf.open("rb") as file:
        image = ELFFile(file)
        segments = list(image.iter_segments("PT_LOAD"))
        flash_bytes = sum(s["p_filesz"] for s in segments)
        in_ram = (s for s in segments if s["p_vaddr"] >= board.ram_base)
        ram_bytes = sum(s["p_memsz"] for s in in_ram)
        sections = image.iter_sections()
        stack_bytes = sum(s["sh_size"] for s in sections if s.name == ".stack")
        symbols = _symbols(image)
    variables = [s for s in symbols if s.address >= board.ram_base]
    arenas = [s.size - _GUARD_BYTES for s in variables if s.name.endswith(_ARENA)]
    arena_bytes = sum(arenas)
    served_by = _harness_files()
    harness = [s for s in variables if s.file in served_by]
    receive_bytes = sum(s.size for s in harness if s.name == _RECEIVE)
    harness_bytes = sum(s.size for s in harness) - receive_bytes
    harness_bytes += _GUARD_BYTES * len(arenas)
    known = stack_bytes + arena_bytes + harness_bytes + receive_bytes
    return ImageSize(
        flash_bytes=flash_bytes,
        ram=RamUse(
            arena_bytes,
            harness_bytes,
            ram_bytes - known,
            stack_bytes,
            receive_bytes=receive_bytes,
        ),
        flash_symbols=_biggest(s for s in symbols if s.address < board.ram_base),
        ram_symbols=_biggest(variables),
    )


@cache
def _harness_files() -> frozenset[str]:
    """The C files that harness and ports consist of, by name."""
    files = (firmware_dir() / "harness").glob("*.c")
    return frozenset({*(file.name for file in files), "tcnn_port.cpp", "backend.c"})


def check_fit(name: str, size: ImageSize, board: Board) -> None:
    """Do nothing if an image of `size` fits `board` beside the Arduino core.

    The core of the simulated board is smaller than Arduino's, so its own few kilobytes
    count too; the stack does not where what Arduino's core takes includes one.

    Raises:
        ToolchainError: If it does not; names what takes the most.
    """
    flash_room = board.flash_bytes - board.core_flash_bytes
    ram_room = board.ram_bytes - board.core_ram_bytes
    ram_bytes = ram_room - size.ram.count_free(board)
    _check(
        f"firmware '{name}'",
        f"beside the Arduino core of {board.name}",
        ("flash", size.flash_bytes, flash_room, size.flash_symbols),
        ("RAM", ram_bytes, ram_room, size.ram_symbols),
    )


def check_room(name: str, size: ImageSize, board: Board) -> None:
    """Do nothing if a whole application of `size` fits `board`.

    Raises:
        ToolchainError: If it does not; names what takes the most.
    """
    _check(
        f"firmware '{name}'",
        f"on {board.name}",
        ("flash", size.flash_bytes, board.flash_bytes, size.flash_symbols),
        ("RAM", size.ram.total_bytes, board.ram_bytes, size.ram_symbols),
    )


def _check(
    subject: str,
    where: str,
    *memories: tuple[str, int, int, tuple[tuple[int, str], ...]],
) -> None:
    for memory, used, room, symbols in memories:
        if used > room:
            table = "".join(f"\n{count:>12,}  {label}" for count, label in symbols)
            raise ToolchainError(
                f"{subject}: expected at most {room:,} bytes of {memory} {where}, "
                f"got {used:,}",
                hint="choose a smaller model or a board with more memory; "
                f"what takes most {memory}:{table}",
            )


@dataclass(frozen=True, slots=True)
class _Symbol:
    """A function or variable, and its source file if no other can see it."""

    size: int
    name: str
    address: int
    file: str


def _symbols(image: Any) -> list[_Symbol]:
    """All functions and variables; local ones follow the name of their file."""
    found, file = [], ""
    table = image.get_section_by_name(".symtab")
    for symbol in table.iter_symbols() if table else ():
        kind, bind = symbol["st_info"]["type"], symbol["st_info"]["bind"]
        if kind == "STT_FILE":
            file = symbol.name
        elif kind in ("STT_FUNC", "STT_OBJECT"):
            where = file if bind == "STB_LOCAL" else ""
            size, address = symbol["st_size"], symbol["st_value"]
            found.append(_Symbol(size, symbol.name, address, where))
    return found


def _biggest(symbols: Iterable[_Symbol]) -> tuple[tuple[int, str], ...]:
    ordered = sorted(symbols, key=lambda symbol: (-symbol.size, symbol.name))
    return tuple((symbol.size, symbol.name) for symbol in ordered[:_BIGGEST])

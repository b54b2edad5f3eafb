"""What a firmware image takes of its board's memories, read from the ELF file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinycnn.boards import Board
from tinycnn.errors import ToolchainError

__all__ = ["ImageSize", "check_fit", "check_room", "measure"]

_BIGGEST = 8


@dataclass(frozen=True, slots=True)
class ImageSize:
    """Bytes of an image.

    Attributes:
        flash_bytes: Code, constants and the initial values of variables.
        ram_bytes: Variables and the stack.
        stack_bytes: The stack alone.
        flash_symbols: The biggest constants and functions: (bytes, name).
        ram_symbols: The biggest variables.
    """

    flash_bytes: int
    ram_bytes: int
    stack_bytes: int
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
        stacks = [s["sh_size"] for s in image.iter_sections() if s.name == ".stack"]
        symbols = _symbols(image)
    return ImageSize(
        flash_bytes=flash_bytes,
        ram_bytes=ram_bytes,
        stack_bytes=sum(stacks),
        flash_symbols=_biggest(s for s in symbols if s[2] < board.ram_base),
        ram_symbols=_biggest(s for s in symbols if s[2] >= board.ram_base),
    )


def check_fit(name: str, size: ImageSize, board: Board) -> None:
    """Do nothing if an image of `size` fits `board` beside the Arduino core.

    The core of the simulated board is smaller than Arduino's, so its own few kilobytes
    count too; the stack does not where what Arduino's core takes includes one.

    Raises:
        ToolchainError: If it does not; names what takes the most.
    """
    flash_room = board.flash_bytes - board.core_flash_bytes
    ram_room = board.ram_bytes - board.core_ram_bytes
    is_counted = board.core_ram_bytes >= size.stack_bytes
    ram_bytes = size.ram_bytes - (size.stack_bytes if is_counted else 0)
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
        ("RAM", size.ram_bytes, board.ram_bytes, size.ram_symbols),
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


def _symbols(image: Any) -> list[tuple[int, str, int]]:
    """Size, name and address of all functions and variables."""
    table = image.get_section_by_name(".symtab")
    return [
        (symbol["st_size"], symbol.name, symbol["st_value"])
        for symbol in (table.iter_symbols() if table else ())
        if symbol["st_info"]["type"] in ("STT_FUNC", "STT_OBJECT")
    ]


def _biggest(symbols: Iterable[tuple[int, str, int]]) -> tuple[tuple[int, str], ...]:
    ordered = sorted(symbols, key=lambda symbol: (-symbol[0], symbol[1]))
    return tuple((size, name) for size, name, _ in ordered[:_BIGGEST])

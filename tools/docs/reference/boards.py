"""The boards that firmware is made for: the table's facts."""

from __future__ import annotations

from tinycnn.boards import Board, load_boards
from tools.docs.markdown import code, plain, table

__all__ = ["render"]

_HEAD = """# Boards

`tinycnn boards show NAME` has all facts of one. Flash and RAM are what the application
may use. Each row is a file of facts in `tinycnn/boards/`; what was not read in its
maker's documents or sources is marked there. `--board` takes the aliases, too.
"""


def render() -> str:
    """The page."""
    heads = ("name", "board", "core", "MHz", "flash, KB", "RAM, KB", "made of", "by")
    return f"{_HEAD}\n{table((*heads, 'simulated'), map(_row, load_boards()))}"


def _row(board: Board) -> tuple[str, ...]:
    names = ", ".join(map(code, (board.name, *board.aliases)))
    sizes = (f"{n // 1024:,}" for n in (board.flash_bytes, board.ram_bytes))
    return (
        names,
        plain(board.title),
        board.core,
        f"{board.clock_hz / 1e6:g}",
        *sizes,
        ", ".join(board.frameworks),
        board.upload,
        "yes" if board.is_simulated else "",
    )

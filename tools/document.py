"""Tables that a tool keeps up to date in a document, between two marks of its own."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from tinycnn.files import write_whole

__all__ = ["document_of", "write_tables"]

_END = "<!-- end -->"


def document_of(tool: str) -> Callable[[str], Path]:
    """A type for `argparse`: the path of a document with the marks of `tool`."""

    def check(name: str) -> Path:
        path, start = Path(name), _start(tool)
        if (
            not path.is_file()
            or _END not in path.read_text("utf-8").partition(start)[2]
        ):
            marks = f"{start.strip()} and {_END}"
            raise argparse.ArgumentTypeError(f"{path}: expected a file with {marks}")
        return path

    return check


def write_tables(text: str, tool: str, document: Path | None) -> None:
    """Print the tables of `tool`, or put them between its marks in a document."""
    if document is None:
        print(text, end="")
        return
    before, start, rest = document.read_text("utf-8").partition(_start(tool))
    write_whole(before + start + text + rest[rest.index(_END) :], document)


def _start(tool: str) -> str:
    return f"<!-- python -m {tool} -->\n"

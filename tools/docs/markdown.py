"""Text of the code as Markdown: what it must not mean is escaped."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence

__all__ = ["code", "plain", "read_attributes", "table"]

_SPECIAL = re.compile(r"([\\*_<>\[\]|#$~^])")


def plain(text: str) -> str:
    r"""Text that means itself, but for what is in backticks; on one line.

    >>> plain("a|b of `c|d`")
    'a\\|b of `c|d`'
    """
    parts = " ".join(text.split()).split("`")
    return "`".join(
        _SPECIAL.sub(r"\\\1", p) if i % 2 == 0 else p for i, p in enumerate(parts)
    )


def code(text: str) -> str:
    """Text in backticks, or nothing."""
    return f"`{text}`" if text else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown, in which a bar is escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))


def read_attributes(documented: object) -> dict[str, str]:
    """What the docstring says of each attribute, of the parents too.

    >>> class Point:
    ...     '''A place.
    ...
    ...     Attributes:
    ...         x: To the right.
    ...         y: Up, which takes
    ...             two lines.
    ...     '''
    >>> read_attributes(Point)["y"]
    'Up, which takes two lines.'
    """
    text = inspect.getdoc(documented) or ""
    _, _, section = text.partition("Attributes:\n")
    section = re.split(r"\n(?=\S)", section)[0]
    entries = re.findall(r"^ {4}(\w+): ((?:.|\n {8})*)", section, re.MULTILINE)
    return {name: " ".join(words.split()) for name, words in entries}

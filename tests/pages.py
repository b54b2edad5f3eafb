"""What stands in pages between fences: commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

__all__ = ["list_commands"]

_FENCE = re.compile(
    r"^```(?P<kind>sh|console)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def list_commands(page: Path) -> Iterator[list[str]]:
    """Every call of tinycnn in a page, whether it can run here or not: its words."""
    for fence in _FENCE.finditer(page.read_text("utf-8")):
        for line in fence["text"].replace("\\\n", " ").splitlines():
            line = line.removeprefix("$ ")
            if Path(next(iter(line.split()), "")).name == "tinycnn":
                words = shlex.split(line, comments=True)
                ends = [i for i, word in enumerate(words) if word in ("|", "||", "&&")]
                yield words[1 : min(ends, default=len(words))]

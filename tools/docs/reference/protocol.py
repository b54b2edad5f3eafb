"""The protocol between host and board: the head of the C file that serves it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tinycnn.runtime import firmware_dir

__all__ = ["render"]

_HEAD = """# Protocol

What host and board say to each other on any byte stream. This is the manual in
`firmware/include/tcnn/harness.h`, which every generated project has.
"""


def render() -> str:
    """The page."""
    text = (firmware_dir() / "include/tcnn/harness.h").read_text("utf-8")
    return "\n".join([_HEAD, *_sections(text), *_numbers(text)])


def _sections(text: str) -> Iterator[str]:
    comment = text[: text.index("*/")]
    lines = [re.sub(r"^ \* ?", "", line) for line in comment.splitlines()[3:]]
    body = "\n".join(lines).rstrip()
    parts = re.split(r"^([A-Z]{4,}(?: [A-Z]+)*)(?=$| {3})", body, flags=re.MULTILINE)
    for title, block in zip(parts[1::2], parts[2::2], strict=True):
        yield f"## {title.capitalize()}\n"
        yield "```text\n" + block.strip("\n") + "\n```\n"


def _numbers(text: str) -> Iterator[str]:
    yield "## Numbers\n"
    enums = re.findall(r"^enum \{\n.*?^\};$", text, re.MULTILINE | re.DOTALL)
    version = re.search(r"^#define TCNN_PROTOCOL_VERSION \d+$", text, re.MULTILINE)
    yield "\n\n".join(
        ["```c", *filter(None, [version and version[0]]), *enums, "```\n"]
    )

"""The C runtime's number: what a model and the runtime beside it must agree upon.

In: the files of the runtime. Out: a number computed from all of them, and the header
that brings it and names of their own for the runtime's functions to C.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from tinycnn.rendering import render
from tinycnn.runtime.root import firmware_dir

__all__ = ["VERSION_HEADER", "render_version", "runtime_digest"]

VERSION_HEADER = "tcnn_version.h"

# Ports are not among them: each belongs to one framework, and all serve one interface.
_FOLDERS = ("include", "kernels", "harness", "dialects", "preprocess", "trace")
_SHARED = re.compile(r"^TCNN_SHARED [\w\s*]*?\b(tcnn_\w+)\(", re.MULTILINE)
_C_LINE = 88


@lru_cache
def runtime_digest(root: Path | None = None) -> str:
    """Eight hexadecimal digits that change with any file of the runtime.

    Args:
        root: Of the C runtime; by default tinycnn's own.
    """
    root = root or firmware_dir()
    digest = hashlib.sha256()
    for path in _runtime_files(root):
        content = path.read_text("utf-8").encode()
        header = f"{path.relative_to(root).as_posix()} {len(content)}\n"
        digest.update(header.encode() + content)
    return digest.hexdigest()[:8]


@lru_cache
def render_version(root: Path) -> str:
    """The header of the runtime's number and of its functions' names."""
    digest = runtime_digest(root)
    texts = (path.read_text("utf-8") for path in sorted(root.rglob("*.c*")))
    functions = sorted({name for text in texts for name in _SHARED.findall(text)})
    return render(
        "runtime/templates/tcnn_version.h.j2",
        number=f"0x{digest}",
        definitions=[_define(name, f"{name}_{digest}") for name in functions],
    )


def _runtime_files(root: Path) -> list[Path]:
    files = (path for folder in _FOLDERS for path in (root / folder).rglob("*.[ch]"))
    return sorted(files, key=lambda path: path.relative_to(root).as_posix())


def _define(name: str, value: str) -> str:
    line = f"#define {name} {value}"
    if len(line) <= _C_LINE:
        return line
    return f"{f'#define {name}':<{_C_LINE - 1}}\\\n    {value}"

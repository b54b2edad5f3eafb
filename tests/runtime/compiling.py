"""Compiles files of the runtime as they lie in generated trees."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.zig import ZIG_CC

ZIG = ZIG_CC


def write(folder: Path, sources: dict[str, str]) -> list[str]:
    """Put the files into `folder`; the names of those to compile."""
    folder.mkdir(exist_ok=True)
    for name, text in sources.items():
        (folder / name).write_text(text)
    return sorted(name for name in sources if name.endswith(".c"))


def compile_c(
    folder: Path, *arguments: str, compiler: list[str] = ZIG
) -> subprocess.CompletedProcess[str]:
    """What the compiler says in `folder`."""
    command = [*compiler, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)

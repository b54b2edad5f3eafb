"""Builds programs of the device's C sources for the tests."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.zig import ZIG_CC

ROOT = Path(__file__).parents[2]
FIRMWARE = ROOT / "firmware"
C_TESTS = Path(__file__).parent / "c"
WARNINGS = (
    "-std=c11 -Wall -Wextra -Wpedantic -Werror -Wconversion -Wshadow "
    "-Wdouble-promotion -Wcast-align"
).split()
INCLUDES = [
    f"-I{FIRMWARE / folder}"
    for folder in (
        "include",
        "include/tcnn",
        "harness",
        "dialects/mlperf",
        "ports",
        "ports/host",
    )
]
ZIG = ZIG_CC

Build = Callable[..., Path]


def compile_c(compiler: list[str], sources: list[Path], target: Path) -> Path:
    """Compile `sources` with every warning an error."""
    command = [*compiler, *WARNINGS, *INCLUDES, "-o", str(target), *map(str, sources)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return target


def host_sources() -> list[Path]:
    """The harness and the host's port with the model that counts its runs."""
    folders = [FIRMWARE / name for name in ("harness", "dialects/mlperf", "ports/host")]
    sources = [path for folder in folders for path in sorted(folder.glob("*.c"))]
    return [*sources, C_TESTS / "counting_model.c"]

"""Draw the pictures of README and documentation into docs/pictures, and date them.

    python -m tools.pictures                # the drawings
    python -m tools.pictures --demo         # also the recording, the screens, the times

The demo trains, builds and validates for a minute; it needs Chromium. When, by what
and in what time goes between the marks in README.md. Exit codes: 0 drawn, 2 usage.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import tinycnn
from tinycnn.about import __version__
from tinycnn.files import write_whole
from tools.document import write_tables
from tools.pictures import arena, flow, rows, winograd
from tools.pictures.recording import Recording, draw, record
from tools.pictures.screens import take_screens

__all__ = ["DRAWINGS", "main"]

_ROOT = Path(__file__).resolve().parents[2]
_FOLDER = _ROOT / "docs/pictures"
_COMMANDS = ("tinycnn init demo", "tinycnn build demo", "tinycnn validate demo")
DRAWINGS: Mapping[str, Callable[[], str]] = {
    "flow": flow.draw,
    "rows": rows.draw,
    "winograd": winograd.draw,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--demo", action="store_true")
    options = parser.parse_args(arguments)
    chromium = shutil.which("chromium")
    if options.demo and chromium is None:
        parser.error("--demo: chromium is not installed")
    for name, drawing in DRAWINGS.items():
        write_whole(drawing(), _FOLDER / f"{name}.svg")
    if options.demo and chromium:
        with tempfile.TemporaryDirectory() as folder:
            _show_demo(Path(folder), chromium)
    return 0


def _show_demo(folder: Path, chromium: str) -> None:
    found = record(_COMMANDS, folder)
    title = f"tinycnn {__version__} on {date.today()}: {', '.join(_COMMANDS)}"
    write_whole(draw(found.lines, title), _FOLDER / "demo.svg")
    explain = [sys.executable, "-m", "tinycnn", "explain", "demo"]
    subprocess.run(explain, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    build = folder / "demo/build"
    pages = {"report": build / "report.html", "explorer": build / "explain.html"}
    take_screens(pages, _FOLDER, chromium)
    model = tinycnn.compile(build / "model.tflite", name="demo")
    write_whole(arena.draw(model), _FOLDER / "arena.svg")
    write_tables(_tell_times(found), "tools.pictures", _ROOT / "README.md")


def _tell_times(found: Recording) -> str:
    _, build_s, validate_s = found.seconds
    return (
        f"Recorded on {date.today()} with tinycnn {__version__} on {os.cpu_count()} "
        f"cores of {platform.machine()}, played four times as fast:\n"
        f"`tinycnn build` took {build_s:.0f} s, training included, "
        f"`tinycnn validate` {validate_s:.0f} s.\n"
    )


if __name__ == "__main__":
    sys.exit(main())

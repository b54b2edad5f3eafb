"""A real run of commands, and the SVG in which it happens again, faster.

The lines are what the commands printed, at the time when they did; a step of an epoch
takes the place of the one before, as on a terminal. Whoever asks for less motion, or
prints it, sees the end.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

__all__ = ["Line", "Recording", "draw", "record"]

_ROWS, _COLUMNS, _LINE, _CHARACTER = 26, 84, 18, 7.83
_SPEED, _PAUSE = 4.0, 1.2  # times real time; seconds at each prompt
_STYLE = """\
rect { fill: #0d1520; }
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  fill: #d6dde8; white-space: pre; }
.prompt { fill: #8fc1ff; font-weight: 600; } .pass { fill: #6fdc9a; font-weight: 600; }
.quiet { fill: #93a0b4; } .gone { visibility: hidden; }
@media (prefers-reduced-motion: no-preference) {
  text { animation: show 1ms both; } .gone { visibility: visible; }
  .gone { animation-name: come; }
  @keyframes show { from { visibility: hidden; } to { visibility: visible; } }
  @keyframes come { 0%, 100% { visibility: hidden; } 1%, 99% { visibility: visible; } }
}"""


@dataclass(frozen=True, slots=True)
class Line:
    """What was printed.

    Attributes:
        start_s: When, in seconds of the recording.
        words: What.
        takes_place: Whether it stands where the line before it stood.
    """

    start_s: float
    words: str
    takes_place: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """What commands printed, and the seconds that each took."""

    lines: tuple[Line, ...]
    seconds: tuple[float, ...]


def record(commands: Sequence[str], folder: Path) -> Recording:
    """Run commands of tinycnn one after the other; returns what they print.

    Raises:
        subprocess.CalledProcessError: If one fails.
    """
    lines: list[Line] = []
    seconds: list[float] = []
    passed_s = 0.0
    for command in commands:
        lines.append(Line(passed_s, f"$ {command}"))
        started, passed_s = time.monotonic(), passed_s + _PAUSE
        for words in _run(command, folder):
            now = passed_s + time.monotonic() - started
            last = lines[-1].words
            takes_place = bool(_is_step(words) and _is_step(last))
            lines.append(Line(now, words[:_COLUMNS], takes_place))
        seconds.append(time.monotonic() - started)
        passed_s += seconds[-1]
    return Recording(tuple(lines), tuple(seconds))


def _run(command: str, folder: Path) -> Iterator[str]:
    _, *arguments = command.split()
    line = [sys.executable, "-u", "-m", "tinycnn", *arguments]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": str(_COLUMNS)}
    with subprocess.Popen(
        line, cwd=folder, stdout=subprocess.PIPE, text=True, env=environment
    ) as child:
        assert child.stdout is not None
        for words in child.stdout:
            yield words.rstrip()
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)


def _is_step(words: str) -> bool:
    return re.match(r"\s+\S+ \d+/\d+:", words) is not None


def draw(lines: Sequence[Line], title: str) -> str:
    """The SVG, which ends with the last lines."""
    width, height = round(_COLUMNS * _CHARACTER) + 24, _ROWS * _LINE + 20
    texts, scrolls = _place(lines)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
    return "\n".join(
        (
            f'{head}width="{width}" height="{height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{_STYLE}\n{_scroll(scrolls, lines[-1].start_s)}\n</style>",
            f'<rect width="{width}" height="{height}" rx="8"/>',
            f'<svg y="8" height="{height - 16}" width="{width}"><g class="page">',
            *texts,
            "</g></svg>\n</svg>\n",
        )
    )


def _place(lines: Sequence[Line]) -> tuple[list[str], list[tuple[float, int]]]:
    """The lines at their rows; and when the page moves up to which row."""
    texts: list[str] = []
    scrolls: list[tuple[float, int]] = [(0.0, 0)]
    row = -1
    for line, after in zip(lines, [*lines[1:], None], strict=True):
        row += not line.takes_place
        if row >= _ROWS and row - _ROWS + 1 != scrolls[-1][1]:
            scrolls.append((line.start_s, row - _ROWS + 1))
        gone = after is not None and after.takes_place
        lasts = after.start_s - line.start_s if after and gone else 0.0
        texts.append(_text(line, row, lasts))
    return texts, scrolls


def _text(line: Line, row: int, lasts_s: float) -> str:
    """One line; one that another takes the place of is there for a while only."""
    kinds = [_kind(line.words)] + ["gone"] * bool(lasts_s)
    style = f"animation-delay:{line.start_s / _SPEED:.2f}s"
    if lasts_s:
        style += f";animation-duration:{lasts_s / _SPEED:.2f}s"
    return (
        f'<text class="{" ".join(filter(None, kinds))}" style="{style}" x="12" '
        f'y="{(row + 1) * _LINE - 4}">{escape(line.words)}</text>'
    )


def _kind(words: str) -> str:
    if words.startswith("$"):
        return "prompt"
    if words.startswith("PASS"):
        return "pass"
    return "quiet" if words.startswith(" ") else ""


def _scroll(scrolls: Sequence[tuple[float, int]], last_s: float) -> str:
    """The page's way up, in steps; its end is where it stays."""
    end = f"transform: translateY({-scrolls[-1][1] * _LINE}px);"
    steps = "".join(
        f"{100 * at / max(last_s, 1e-9):.3f}% {{ transform: "
        f"translateY({-row * _LINE}px); }} "
        for at, row in scrolls
    )
    return (
        f".page {{ {end} }}\n@media (prefers-reduced-motion: no-preference) {{\n"
        f"  .page {{ animation: up {last_s / _SPEED:.2f}s step-end both; }}\n"
        f"  @keyframes up {{ {steps}100% {{ {end} }} }}\n}}"
    )

"""Progress, as terminals of many kinds show it."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Mapping
from types import MappingProxyType

import pytest

from tinycnn.cli.console import ConsoleObserver

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
DETAIL = "loss 0.1234, accuracy 98.76 %, validation 97.12 % [/of] :a:"


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        """As a terminal does."""
        return True


def show(
    monkeypatch: pytest.MonkeyPatch,
    stream: io.StringIO,
    environment: Mapping[str, str] = MappingProxyType({}),
    *,
    quiet: bool = False,
) -> str:
    """What is written while a network trains."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", stream)
    with ConsoleObserver(quiet=quiet) as observer:
        observer.stage("train", is_current=False)
        for epoch in (1, 2):
            observer.progress("train", epoch, 60, DETAIL)
        observer.stage("convert", is_current=True)
    return stream.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_moving_line_fits_any_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one line, with name, count and the beginning of what there is to tell."""
    text = show(monkeypatch, Terminal(), {"COLUMNS": str(width)})
    lines = re.split(r"[\r\n]+", ESCAPE.sub("", text))

    assert all(len(line) <= width for line in lines)
    moving = [line for line in lines if "/60" in line]
    assert moving
    assert all(line.startswith("  train ") and " loss" in line for line in moving)
    assert (DETAIL in text) == (width >= 100)


def test_no_color_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours are for terminals whose user has not said no."""
    plain = show(monkeypatch, Terminal(), {"COLUMNS": "120", "NO_COLOR": "1"})
    coloured = show(monkeypatch, Terminal(), {"COLUMNS": "120"})

    assert COLOUR.sub("", plain) == plain
    assert COLOUR.search(coloured)


@pytest.mark.parametrize(
    ("stream", "environment"),
    [
        (Terminal(), {"TERM": "dumb"}),
        (io.StringIO(), {}),
        (io.StringIO(), {"NO_COLOR": "1"}),
        (io.StringIO(), {"COLUMNS": "40"}),
        (io.StringIO(), {"TERM": "dumb", "COLUMNS": "200"}),
    ],
)
def test_what_cannot_move_gets_lines(
    stream: io.StringIO,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One a stage and one an epoch, whole, without any escape."""
    assert show(monkeypatch, stream, environment).splitlines() == [
        "train      running",
        f"  train 1/60: {DETAIL}",
        f"  train 2/60: {DETAIL}",
        "convert    up to date",
    ]


def test_a_file_gets_lines_even_where_colours_are_forced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """FORCE_COLOR makes no terminal of it."""
    lines = show(monkeypatch, io.StringIO(), {"FORCE_COLOR": "1"}).splitlines()

    assert f"  train 2/60: {DETAIL}" in [ESCAPE.sub("", line) for line in lines]


def test_json_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands with --json are quiet, on a terminal as well."""
    assert show(monkeypatch, Terminal(), quiet=True) == ""

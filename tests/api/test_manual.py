"""The manual of the Python interface shows what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import tinycnn

MANUAL = Path(__file__).parents[2] / "docs/python.md"


@pytest.mark.train
@pytest.mark.emulated
def test_the_manual_shows_what_happens(tmp_path: Path) -> None:
    """To the letter, in an empty folder and a process of its own, as Keras is new."""
    text = re.sub(r"^```.*$", "", MANUAL.read_text("utf-8"), flags=re.MULTILINE)
    (tmp_path / "manual.txt").write_text(text, "utf-8")
    command = [sys.executable, "-m", "doctest", "manual.txt"]

    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert text.count("\n>>> ") > 30
    assert done.returncode == 0, done.stdout


def test_every_public_name_is_in_the_manual_and_there() -> None:
    """At most thirty; each is loaded when it is asked for."""
    text = MANUAL.read_text("utf-8")

    assert len(tinycnn.__all__) <= 30
    assert [name for name in tinycnn.__all__ if f"`{name}" not in text] == []
    assert all(getattr(tinycnn, name) for name in tinycnn.__all__)
    assert dir(tinycnn) == sorted(tinycnn.__all__)


def test_other_names_are_told_so() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="no attribute 'predict'"):
        _ = tinycnn.__getattr__("predict")

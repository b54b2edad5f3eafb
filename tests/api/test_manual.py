"""The manual of the Python interface shows what happens."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import tinycnn

MANUAL = Path(__file__).parents[2] / "docs/python.md"


@pytest.mark.train
@pytest.mark.emulated
def test_the_manual_shows_what_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the letter, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    text = re.sub(r"^```.*$", "", MANUAL.read_text("utf-8"), flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(text, {}, "python.md", None, 0)

    found = doctest.DocTestRunner().run(test)

    assert found.attempted > 30
    assert found.failed == 0


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

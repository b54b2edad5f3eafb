"""Names and numbers for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinycnn.report.text import clean, shape_text, shorten


@given(st.text(st.characters()))
def test_clean_text_can_be_written(text: str) -> None:
    """Any string becomes one of the same length that UTF-8 can hold."""
    assert len(clean(text).encode("utf-8").decode("utf-8")) == len(text)


@pytest.mark.parametrize(
    "character", ["\x00", "\n", "\x7f", "\ud800", "\ufffe", "\u202e"]
)
def test_clean_replaces_what_breaks_a_page(character: str) -> None:
    """Control codes, lone surrogates and direction overrides are made visible."""
    assert clean(f"a{character}b") == "a\ufffdb"


def test_clean_keeps_all_scripts() -> None:
    """Names need not be English."""
    name = "gr\u00fc\u00df \u65e5\u672c \u0645\u0631\u062d\u0628\u0627 \U0001f600"

    assert clean(name) == name


def test_short_names_are_whole() -> None:
    """What fits is not cut."""
    assert shorten("abcde", 5).text == "abcde"


def test_long_names_keep_both_ends() -> None:
    """The cut is in the middle; the tooltip has the rest, within reason."""
    name = shorten("a" * 500 + "z" * 500, 9)

    assert name.text == "aaaa\u2026zzzz"
    assert len(name.full) == 400


def test_shapes_leave_out_a_batch_of_one() -> None:
    """Height, width and channels are what a reader looks for."""
    assert shape_text((1, 28, 14, 8)) == "28 \u00d7 14 \u00d7 8"
    assert shape_text((2, 3)) == "2 \u00d7 3"
    assert shape_text((1,)) == "1"

"""Pictures are what their scripts draw."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from tools.pictures.__main__ import DRAWINGS
from tools.pictures.recording import Line, draw

PICTURES = Path(__file__).parents[2] / "docs/pictures"


def test_drawings_are_those_of_the_scripts() -> None:
    """To the byte: `python -m tools.pictures` renews them."""
    for name, drawing in DRAWINGS.items():
        assert (PICTURES / f"{name}.svg").read_text("utf-8") == drawing(), name


def test_the_recording_ends_in_a_pass() -> None:
    """That of the README, whose title says when and by what it was made."""
    text = (PICTURES / "demo.svg").read_text("utf-8")
    words = [one.text or "" for one in ElementTree.fromstring(text).iter()]

    assert any(re.match(r"tinycnn \S+ on \d{4}-\d\d-\d\d: ", word) for word in words)
    assert any(word.startswith("PASS: 359 of 359 images equal") for word in words)


def test_a_step_takes_the_place_of_the_one_before() -> None:
    """It is seen as long as it lasts; the page moves up when it is full."""
    steps = [Line(1.0, "a 1/2:"), Line(3.0, "a 2/2:", takes_place=True)]
    more = [Line(4.0 + i, f"line {i}") for i in range(30)]
    text = draw([Line(0.0, "$ go"), *steps, *more], "title")
    found = re.findall(r'style="([^"]+)" x="12" y="(\d+)">(.*?)<', text)

    assert found[1] == (
        "animation-delay:0.25s;animation-duration:0.50s",
        "32",
        "a 1/2:",
    )
    assert found[2] == ("animation-delay:0.75s", "32", "a 2/2:")
    assert "translateY(-108px)" in text.split("@media")[-2].split("}")[-2]

"""The lab's benches in a browser: by pointer, by keyboard, on a telephone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.explorer.conftest import PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.external
OpenPage = Callable[..., "Page"]


def bytes_are_equal(page: Page) -> bool:
    """What the page recomputes is what the kernel gave."""
    text = page.inner_text(".lab-steps")
    return "✓ equal to the kernel's" in text and "✗" not in text


def test_every_kernel_gives_the_bytes_that_are_explained(open_page: OpenPage) -> None:
    """Ready ones in all colours and borders, at corners and in the middle."""
    page = open_page("lenet", "#view=lab&picture=star&side=32")
    output = page.locator("[aria-label^='Output']")
    presets = page.locator("[aria-label='Ready kernels'] button")
    assert presets.count() == 12
    for number in range(12):
        presets.nth(number).click()
        page.get_by_label("Colours").select_option(("grey", "each", "sum")[number % 3])
        page.get_by_label("At the border").select_option(("same", "valid")[number % 2])
        output.focus()
        for key in ("ArrowUp", "ArrowLeft", "PageDown", "ArrowLeft"):
            page.keyboard.press(key)
            assert bytes_are_equal(page), (number, key)
        box = output.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 2, box["y"] + 2)
        assert bytes_are_equal(page), number
        assert "Row 1, column 1" in page.inner_text("[aria-label='One number']")
        page.mouse.move(0, 0)


def test_a_kernel_of_ones_own_is_in_the_link(open_page: OpenPage) -> None:
    """By keyboard alone, on a telephone; nothing is wider than it."""
    page = open_page("residual", "#view=lab&picture=point&spot=31,33", size=PHONE)
    first = page.get_by_label("Row 1, column 1")
    first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("7")
    page.get_by_label("Divide by").fill("1")
    page.get_by_label("Add", exact=True).fill("3")
    assert "kernel=7%2C0%2C1" in page.url
    assert "of your own" in page.inner_text("[aria-label='Kernel']")
    page.get_by_label("Size").select_option("5")
    assert page.get_by_label("Row 5, column 5").input_value() == "0"
    assert bytes_are_equal(page)
    for wrong in ("", "999", "1.5"):
        page.get_by_label("Row 3, column 3").fill(wrong)
        assert "NaN" not in page.inner_text("#main")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE[0]


def test_a_picture_is_taken_from_a_file(open_page: OpenPage, tmp_path: Path) -> None:
    """And what is none is refused in words."""
    page = open_page("lenet", "#view=lab&picture=own")
    (tmp_path / "a.svg").write_text("no picture")
    page.set_input_files("input[type=file]", tmp_path / "a.svg")
    assert "a.svg: this browser cannot read it" in page.inner_text("[role=alert]")
    page.get_by_role("combobox", name="Picture").select_option("example")
    assert "12 \u00d7 12" in page.inner_text("[aria-label=Pictures]")
    page.get_by_label("Number", exact=True).fill("3")
    assert "image=2" in page.url

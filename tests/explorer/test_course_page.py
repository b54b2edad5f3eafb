"""The course in the page: chapters beside the reader's own image."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.external
OpenPage = Callable[..., "Page"]
PHONE = (390, 844)


@pytest.mark.parametrize("size", [(1280, 900), PHONE])
def test_chapters_show_the_readers_image(
    size: tuple[int, int], open_page: OpenPage
) -> None:
    """Each chapter shows something else of it; what is named is a click away."""
    page = open_page("lenet", "#view=course&chapter=kernels&image=3", size=size)
    companion = page.get_by_role("complementary", name="Your image")
    assert "kernel 1 of 4" in companion.inner_text()
    companion.get_by_label("Previous kernel").click()
    assert "kernel 4 of 4" in companion.inner_text()

    page.get_by_role("link", name="Padding, stride, dilation", exact=True).click()
    assert re.search(r"12 . 12 . 4", companion.inner_text())
    assert "image=3" in page.url
    for chapter in ("Pooling", "Depth", "Eight bits, three values, and the board"):
        page.get_by_role("navigation", name="Chapters").get_by_text(chapter).click()
        page.get_by_role("heading", name=chapter, level=1).wait_for()
        assert companion.locator("canvas").count() >= 2
    assert "means" in companion.inner_text()
    assert page.evaluate("() => document.body.scrollWidth <= window.innerWidth")

    page.locator(".chapter").get_by_role("link", name="the network").click()
    assert "view=network" in page.url

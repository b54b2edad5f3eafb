"""The page as a file: it opens from disk, proves itself, and asks for nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.explorer.conftest import DESKTOP, PHONE
from tests.explorer.exhibits import lenet_model, make_exhibit
from tests.observer import Log
from tinycnn.explorer import explain, gather_pieces
from tinycnn.explorer.page import render_page

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.external
OpenPage = Callable[..., "Page"]


@pytest.mark.parametrize("name", ["lenet", "residual"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_it_proves_itself(
    name: str, size: tuple[int, int], open_page: OpenPage
) -> None:
    """Every example's bytes, by the module that is in the page."""
    page = open_page(name, size=size)
    assert "12 of 12 outputs equal to the reference" in page.inner_text("#proof")


def test_the_chosen_tab_is_seen_on_a_phone(open_page: OpenPage) -> None:
    """Six do not fit: they are scrolled to the one that is shown."""
    page = open_page("lenet", "#view=course", size=PHONE)
    tab = page.locator(".tabs a[aria-current]")
    for view in ("course", "network", "board"):
        page.evaluate("hash => { location.hash = hash }", f"#view={view}")
        page.wait_for_selector(f'.tabs a[href="#view={view}"][aria-current]')
        box = tab.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE[0]


def test_a_wrong_byte_is_told(open_page: OpenPage, tmp_path: Path) -> None:
    """The proof can fail."""
    pieces = gather_pieces(make_exhibit(lenet_model()), Log())
    outputs = bytearray(pieces["example-outputs"])
    outputs[7] ^= 1
    path = tmp_path / "wrong.html"
    path.write_text(render_page("wrong", {**pieces, "example-outputs": bytes(outputs)}))
    page = open_page("lenet")
    page.goto(path.as_uri())
    page.wait_for_selector("#proof.bad")
    assert "11 of 12 outputs equal" in page.inner_text("#proof")


def test_the_same_exhibit_gives_the_same_bytes() -> None:
    """No clock and no chance is in a page."""
    exhibit = make_exhibit(lenet_model())
    assert explain(exhibit, Log()) == explain(exhibit, Log())


def test_nothing_is_fetched(page_files: Callable[[str], Path]) -> None:
    """The policy refuses it, and nothing asks for it."""
    text = html.unescape(page_files("lenet").read_text("utf-8"))
    assert "default-src 'none'" in text
    assert not re.search(r'(?:src|href)="(?!data:|#)[^"]', text.split("<script>")[0])


def test_a_title_is_text() -> None:
    """Whatever a model is called."""
    assert "<b>" not in render_page("<b>", {}).partition("<style>")[0]

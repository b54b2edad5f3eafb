# ruff: noqa: RUF001 - the page has real signs for times and minus
"""The network as a picture: maps, what is pointed at, what is chosen; for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.explorer.axe import find_violations
from tests.explorer.conftest import DESKTOP, PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.external
OpenPage = Callable[..., "Page"]

INK = "canvas => canvas.toDataURL()"  # all that is painted, to be compared


def card(page: Page, title: str, nth: int = 0) -> Locator:
    """A layer's card by its title."""
    return page.locator(".layer-card", has_text=title).nth(nth)


def point(page: Page, place: Locator, x: float = 0.5, y: float = 0.5) -> None:
    """Moves the pointer to shares of an element's width and height."""
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def facts(page: Page) -> str:
    """What is said of what is pointed at."""
    return page.inner_text("#layer-facts")


def test_every_layer_is_there_and_follows_the_input(open_page: OpenPage) -> None:
    """A card each, maps painted; other examples, other maps."""
    page = open_page("lenet")
    titles = page.locator(".layer-card figcaption .strong").all_inner_texts()
    assert [title.split(" ")[0] for title in titles] == (
        "Input Convolution Max Convolution Mean Flatten Dense Softmax".split()
    )
    canvases = page.locator(".layer-card canvas")
    page.wait_for_timeout(100)
    before = [canvas.evaluate(INK) for canvas in canvases.all()]
    page.evaluate("location.hash = '#image=3'")
    page.wait_for_timeout(100)
    after = [canvas.evaluate(INK) for canvas in canvases.all()]
    assert all(a != b for a, b in zip(before, after, strict=True))
    rows = card(page, "Softmax").locator(".score")
    shares = [
        float(text.rstrip(" %")) for text in rows.locator(".amount").all_inner_texts()
    ]
    assert 99 < sum(shares) < 101
    assert rows.locator(".mark-of", has_text=re.compile("[✓○]")).count() == 1


def test_pointing_explains_a_layer(open_page: OpenPage) -> None:
    """Formula, costs, what it sees, marked on the input; lines to its neighbours."""
    page = open_page("lenet")
    before = page.locator(".layers").bounding_box()
    canvas = card(page, "Convolution", 1).locator("canvas")
    point(page, canvas, 0.02, 0.02)
    said = facts(page)
    assert "Convolution 3 × 3" in said
    assert "⌈6 / 1⌉ = ⌊(6 + 2 − 3) / 1⌋ + 1 = 6" in said
    assert "8 × 8 pixels of the input, its neighbour 2 further on" in said
    assert "222 parameters, 7,776 multiplications" in said
    assert "map 1, row 1, column 1" in said
    assert page.locator(".layer-lines .own").count() == 2
    # Row 1 and column 1 see rows and columns 1 to 5 of 12: what is padded is not there.
    mark = page.locator("#layer-facts .mark.window").bounding_box()
    grid = page.locator("#layer-facts .grid").bounding_box()
    assert mark
    assert grid
    assert round(mark["width"] / grid["width"] * 12) == 5
    assert card(page, "Input").locator(".mark.window").count() == 1
    point(page, card(page, "Dense"), 0.5, 0.1)
    assert "the whole input" in facts(page)
    assert page.locator(".layers").bounding_box() == before  # nothing has moved


def test_a_click_chooses_and_a_link_shows_the_same(open_page: OpenPage) -> None:
    """Tensor, channel and place are in the address; Escape lets go."""
    page = open_page("lenet")
    canvas = card(page, "Max pooling").locator("canvas")
    point(page, canvas, 0.01, 0.01)
    page.mouse.down()
    page.mouse.up()
    address = page.evaluate("location.hash")
    assert "tensor=t" in address
    assert page.locator(".one-number").count() == 1
    again = open_page("lenet", address + "&scale=map")
    assert card(again, "Max pooling").locator(".mark.chosen").count() == 1
    assert again.get_by_label("Colours span").input_value() == "map"
    page.keyboard.press("Escape")
    assert "tensor" not in page.evaluate("location.hash")
    assert page.locator(".one-number").count() == 0


def test_by_keyboard_alone(open_page: OpenPage) -> None:
    """A layer is one tab stop; arrows move, page keys turn, Enter chooses."""
    page = open_page("lenet")
    layer = card(page, "Convolution").get_by_role("application")
    layer.focus()
    name = layer.get_attribute("aria-label")
    assert name
    assert name.startswith("Convolution 3 × 3, 12 × 12 × 4; map 1, row 7, column 7: ")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageDown")
    assert "map 2, row 6, column 8" in facts(page)
    page.keyboard.press("Enter")
    assert "channel=1&at=5%2C7" in page.evaluate("location.hash")
    page.keyboard.press("ArrowDown")
    assert "at=6%2C7" in page.evaluate("location.hash")
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    assert "channel" not in page.evaluate("location.hash")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused.startswith("Max pooling 2 × 2")
    scores = card(page, "Softmax").get_by_role("listbox")
    scores.focus()
    page.keyboard.press("ArrowDown")
    assert "number 2" in facts(page)


@pytest.mark.parametrize("name", ["residual", "inception"])
def test_branches_are_drawn(name: str, open_page: OpenPage) -> None:
    """Boxes do not overlap; where branches join, as many lines arrive."""
    page = open_page(name)
    boxes = [
        box for c in page.locator(".layer-card").all() if (box := c.bounding_box())
    ]
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            assert is_apart(one, other)
    joined = card(page, "Addition" if name == "residual" else "Joined")
    point(page, joined, 0.5, 0.05)
    assert page.locator(".layer-lines .own").count() >= 3
    assert " and " in facts(page)
    assert "pixels of the input" in facts(page)


def is_apart(one: Any, other: Any) -> bool:
    """Neither box is over the other."""
    return bool(
        one["x"] + one["width"] <= other["x"] + 1
        or other["x"] + other["width"] <= one["x"] + 1
        or one["y"] + one["height"] <= other["y"] + 1
        or other["y"] + other["height"] <= one["y"] + 1
    )


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "dark"), (PHONE, "light")])
def test_branches_are_for_everybody(
    size: tuple[int, int], scheme: str, open_page: OpenPage
) -> None:
    """Axe finds nothing, nothing is wider than the screen, whatever is chosen."""
    page = open_page(
        "inception", size=size, color_scheme=scheme, reduced_motion="reduce"
    )
    canvas = card(page, "Convolution").locator("canvas")
    point(page, canvas, 0.01, 0.01)
    page.mouse.down()
    page.mouse.up()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert find_violations(page, ".network-picture") == []

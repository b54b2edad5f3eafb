"""What holds for every view of the page, and for those that are yet to come."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import TYPE_CHECKING, Literal

import pytest

from tests.explorer.axe import find_violations
from tests.explorer.conftest import DESKTOP, PHONE
from tests.explorer.walk import settle, walk, walk_kinds

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.external
OpenPage = Callable[..., "Page"]
Scheme = Literal["light", "dark"]

LOOKS: tuple[tuple[tuple[int, int], Scheme], ...] = (
    (DESKTOP, "light"),
    (PHONE, "dark"),
    (DESKTOP, "dark"),
    (PHONE, "light"),
)
ZOOMED = 640  # pixels that a screen of 1280 has at 200 %
MOST_STOPS = 400

# Notes each place that the keyboard comes to.
WATCH_FOCUS = """() => {
  globalThis.stops = [];
  const isSeen = (element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
  };
  document.addEventListener('focusin', ({ target }) => {
    const box = target.getBoundingClientRect();
    stops.push({
      element: target,
      name: `${target.tagName} ${target.ariaLabel ?? target.textContent}`.slice(0, 80),
      isMarked: [target, target.closest('label')].some((one) => one && isSeen(one)),
      isOnScreen: box.bottom > 0 && box.top < innerHeight && box.right > 0
        && box.left < innerWidth,
    });
  });
}"""
# Once it has come round to its first place: what was wrong on the way; else null.
JUDGE = """() => {
  const first = stops[0].element;
  const end = stops.findIndex(({ element }, i) => i > 0 && element === first);
  if (end < 0) return null;
  const round = stops.slice(0, end);
  const isBack = ({ element }, i) => i > 0 && (element.compareDocumentPosition(
    round[i - 1].element) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  const told = (what) => ({ name }) => `${what}: ${name}`;
  const back = round.filter(isBack);
  return [
    ...round.filter((one) => !one.isMarked).map(told('not marked')),
    ...round.filter((one) => !one.isOnScreen).map(told('not on the screen')),
    ...back.slice(1).map(told('out of order')),
  ];
}"""


def look_at(page: Page, size: tuple[int, int], scheme: Scheme) -> None:
    """Another screen."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    settle(page)


def find_faults(page: Page, size: tuple[int, int], scheme: Scheme) -> list[str]:
    """What axe finds of what is shown, on another screen; and what is too wide."""
    look_at(page, size, scheme)
    found = find_violations(page, "main")
    for width in (size[0], ZOOMED, PHONE[0]):
        page.set_viewport_size({"width": width, "height": size[1]})
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            found.append(f"{needed} pixels wide on a screen of {width}")
    return found


def test_views_are_for_everybody(open_page: OpenPage) -> None:
    """Whole views on two screens, each part on one; nothing moves by itself."""
    page = open_page("lenet")
    found: dict[str, list[str]] = {}
    looks = cycle(LOOKS)
    for shown in walk(page):
        for size, scheme in [next(looks)] if "," in shown else LOOKS[:2]:
            if faults := find_faults(page, size, scheme):
                found[f"{shown} {size[0]} {scheme}"] = faults
    assert found == {}


@pytest.mark.parametrize("name", ["lenet", "joined", "residual"])
def test_numbers_of_every_kind_are_for_everybody(
    name: str, open_page: OpenPage
) -> None:
    """Taken apart, each on one screen."""
    page = open_page(name)
    found: dict[str, list[str]] = {}
    looks = cycle(LOOKS)
    for shown in walk_kinds(page):
        if faults := find_faults(page, *next(looks)):
            found[shown] = faults
    assert found == {}


def test_the_keyboard_comes_everywhere_and_out_again(open_page: OpenPage) -> None:
    """By Tab alone: each stop is marked, on the screen, in order; there is no trap."""
    page = open_page("lenet")
    page.evaluate(WATCH_FOCUS)
    wrong = {shown: found for shown in walk(page) if (found := go_round(page))}
    assert wrong == {}


def go_round(page: Page) -> list[str]:
    """What is wrong with the places that Tab leads to, until it comes round."""
    page.evaluate("() => { stops.length = 0; }")
    for _ in range(MOST_STOPS // 20):
        for _ in range(20):
            page.keyboard.press("Tab")
        found = page.evaluate(JUDGE)
        if found is not None:
            return list(found)
    return ["a trap: " + str(page.evaluate("() => stops.at(-1)?.name"))]

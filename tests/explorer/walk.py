"""Every view of a page and each of its parts, in turn: so that none is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.explorer.packages import WEB

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["settle", "walk", "walk_kinds"]

# Where a view lets one choose among its parts.
PARTS = "main nav :is(a, button), main fieldset:is(.parts, .sources) :is(button, input)"

# Resolves when nothing has changed for a while; what moves by itself never does.
SETTLE = """() => new Promise((done, fail) => {
  const begin = performance.now();
  let last = begin;
  const watch = new MutationObserver(() => { last = performance.now(); });
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  watch.observe(document.body, all);
  const look = () => {
    const now = performance.now();
    const isStill = now - last > 90 && document.getAnimations().length === 0;
    if (!isStill && now - begin < 60_000) return setTimeout(look, 20);
    watch.disconnect();
    if (isStill) done(); else fail(new Error('something moves by itself'));
  };
  look();
})"""

# A layer of each kind, by its title.
KINDS = """() => Object.fromEntries(
  [...document.querySelectorAll('.layer-card')].map((card) => [
    card.querySelector('figcaption .strong').textContent.replace(/ \\d.*/, ''),
    card.dataset.tensor,
  ]),
)"""


def walk(page: Page) -> Iterator[str]:
    """Shows each view, then each of its parts; gives the name of what is shown."""
    for view in _list_views():
        if page.locator(f'.tabs a[href="#view={view}"]').count() == 0:
            continue
        _go(page, f"#view={view}")
        yield view
        count = page.locator(PARTS).count()
        for number in range(count):
            part = page.locator(PARTS).nth(number)
            name = part.evaluate("e => (e.closest('label') ?? e).textContent.trim()")
            part.click()
            if name == "Camera":  # which moves, and is to, until it is paused
                page.get_by_role("button", name="Pause").click()
            settle(page)
            yield f"{view}, {name}"


def walk_kinds(page: Page) -> Iterator[str]:
    """One number of a layer of each kind, taken apart."""
    _go(page, "#view=network")
    for title, tensor in page.evaluate(KINDS).items():
        _go(page, f"#view=network&tensor={tensor}&at=0,0")
        yield f"one number of {title}"


def settle(page: Page) -> None:
    """Waits until nothing changes any more; fails if that does not end."""
    page.evaluate(SETTLE)


def _list_views() -> list[str]:
    text = (WEB / "src/views.ts").read_text("utf-8")
    return re.findall(r'^    id: "(\w+)"', text, re.MULTILINE)


def _go(page: Page, address: str) -> None:
    page.evaluate("address => { location.hash = address }", address)
    settle(page)

"""The view of what was learned, by pointer and by keyboard, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.explorer.conftest import PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.external
OpenPage = Callable[..., "Page"]


def test_channels_and_their_patches(open_page: OpenPage) -> None:
    """A layer and a channel are chosen; the live value follows the image."""
    page = open_page("lenet", "#view=learned")
    page.wait_for_selector(".channels")
    assert page.locator(".filters li").count() == 4
    assert page.locator(".channels li").count() == 4
    page.get_by_label("Layer").select_option(index=1)
    assert page.locator(".channels li").count() == 6
    card = page.locator(".channels button").nth(4)
    card.focus()
    page.keyboard.press("Enter")
    assert "channel=4" in page.url
    assert card.get_attribute("aria-pressed") == "true"
    assert page.locator(".one-channel .patches li").count() == 9
    before = card.inner_text()
    shown = page.locator(".shown .words")
    page.get_by_role("button", name="Next").click()
    assert "Example 2 of 12" in shown.inner_text()
    assert card.inner_text() != before
    page.locator(".one-channel .patches a").first.click()
    assert "view=network" in page.url


def test_images_in_a_plane(open_page: OpenPage) -> None:
    """By arrow keys from dot to dot; the link keeps the dot; one class stands out."""
    page = open_page("lenet", "#view=learned&part=sorting", size=PHONE)
    dots = page.get_by_role("listbox", name="Images in a plane")
    assert dots.locator("path").count() == 12
    told = page.locator(".one-image p")
    pattern = r"Image (\d+): true is class (\d), the answer is class \d"
    found = re.match(pattern, _text(told))
    assert found is not None
    assert int(found[2]) == int(found[1]) % 5
    dots.focus()
    for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    assert "dot=" in page.url
    assert not _text(told).startswith(found[0])
    page.get_by_role("button", name="class 1", exact=True).click()
    assert dots.locator("path.faint").count() == 12 - 3
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


def test_where_it_looks(open_page: OpenPage) -> None:
    """Covered by a worker; and by the slopes of the layers behind the maps."""
    page = open_page("lenet", "#view=learned&part=attention")
    runs = page.get_by_role("status")
    runs.get_by_text("runs, each with a patch covered").wait_for()
    legend = page.locator(".maps .ramp-legend").first
    first = legend.inner_text()
    page.get_by_label("What speaks for").select_option("3")
    page.get_by_text("the score of class 3 fall").wait_for()
    runs.get_by_text("runs, each with a patch covered").wait_for()
    assert legend.inner_text() != first
    assert "Grad-CAM: each of the last 6 maps" in page.inner_text(".maps")


def test_runs_that_fail_are_told(open_page: OpenPage) -> None:
    """Where the browser starts no worker, and where the module is broken."""
    page = open_page("lenet", "#view=learned")
    page.evaluate("""() => {
        const Right = window.Worker;
        window.Worker = function () {
          window.Worker = class extends Right {
            postMessage(wanted) {
              window.Worker = Right;
              super.postMessage({ ...wanted, code: new Uint8Array(4) });
            }
          };
          throw new Error("none today");
        };
    }""")
    page.get_by_label("Where it looks").check()
    told = page.get_by_role("alert")
    told.get_by_text("The runs failed: Error: none today").wait_for()
    page.get_by_role("button", name="Try again").click()
    told.get_by_text("The runs failed: CompileError").wait_for()
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("runs, each with a patch covered").wait_for()


def test_runs_can_be_stopped(open_page: OpenPage) -> None:
    """And begun again."""
    page = open_page("lenet", "#view=learned")
    page.evaluate("""() => {
        const Right = window.Worker;
        window.Worker = class extends Right {
          postMessage(wanted) {
            if (!("stop" in wanted)) window.Worker = Right;
            else super.postMessage(wanted);
          }
        };
    }""")
    page.get_by_label("Where it looks").check()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped after 0 of all runs").wait_for()
    page.get_by_role("button", name="Begin again").click()
    page.get_by_role("button", name="Stop").wait_for()


def test_pictures_made_to_excite(open_page: OpenPage) -> None:
    """A card a class and a channel, each with two pictures; noise beside them."""
    page = open_page("lenet", "#view=learned&part=dreams", size=PHONE)
    page.wait_for_selector(".dreams")
    assert page.locator(".dreams li").count() == 5 + 3 + 3
    assert page.locator(".dreams li .grid").count() == 2 * (5 + 3 + 3)
    first = page.locator(".dreams li").first
    assert re.match(r"class 0: \d+\u202f%", first.locator("h3").inner_text())
    assert page.get_by_label("Noise made for class 0").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


def test_steps_and_three_values(open_page: OpenPage) -> None:
    """A histogram a layer, and each filter twice."""
    page = open_page("lenet", "#view=learned&part=bits", size=PHONE)
    page.wait_for_selector(".spreads")
    cards = page.locator(".steps li")
    assert cards.count() == 8
    assert "of 256 steps used" in cards.first.inner_text()
    assert page.locator(".errors tbody tr").count() == 7
    assert page.get_by_role("img", name="weights, 3 values").count() == 3
    assert "three values" in page.locator(".accuracies").inner_text()
    assert "tinycnn analyze --sensitivity" in page.inner_text("#main")
    assert page.get_by_role("img", name="below with three values").count() == 4
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


def _text(locator: object) -> str:
    return str(locator.inner_text())  # type: ignore[attr-defined]

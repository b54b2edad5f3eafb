"""What a change of the input costs, counted and not timed: so much and no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.explorer.exhibits import lenet_model, make_exhibit
from tests.explorer.walk import settle
from tests.observer import Log
from tinycnn.explorer import gather_pieces
from tinycnn.explorer.page import pack_json, render_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.external

STEPS = 6  # of the small LeNet; what only reshapes needs none
LAYERS = 7  # that are seen as maps or bars, its input with them; the last is a list

# Counts what is painted and what the model's module is asked.
COUNT = """
globalThis.counts = { steps: 0, invokes: 0, painted: new Map() };
const put = CanvasRenderingContext2D.prototype.putImageData;
CanvasRenderingContext2D.prototype.putImageData = function (...given) {
  counts.painted.set(this.canvas, (counts.painted.get(this.canvas) ?? 0) + 1);
  return put.apply(this, given);
};
const open = WebAssembly.instantiate;
WebAssembly.instantiate = async (...given) => {
  const { instance } = await open(...given);
  const { step, invoke } = instance.exports;
  const exports = { ...instance.exports };
  if (step) exports.step = (index) => { counts.steps++; step(index); };
  if (invoke) exports.invoke = () => { counts.invokes++; invoke(); };
  return { instance: { exports } };
};
"""
# Forgets what was; after it two frames pass, so that all is drawn.
BEGIN = "() => { counts.steps = 0; counts.invokes = 0; counts.painted.clear(); }"
FRAMES = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
})"""
TOLD = """() => ({ steps: counts.steps, invokes: counts.invokes,
  canvases: counts.painted.size, most: Math.max(0, ...counts.painted.values()) })"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The small LeNet with 12 and with 96 examples."""
    pieces = gather_pieces(make_exhibit(lenet_model()), Log())
    folder = tmp_path_factory.mktemp("frames")
    paths = {}
    for times in (1, 8):
        examples = json.loads(pieces["examples"])
        examples |= {name: examples[name] * times for name in ("indices", "labels")}
        examples["count"] *= times
        more = {name: pieces[name] * times for name in ("example-inputs",)}
        more["example-outputs"] = pieces["example-outputs"] * times
        page = render_page("lenet", {**pieces, **more, "examples": pack_json(examples)})
        paths[examples["count"]] = folder / f"{times}.html"
        paths[examples["count"]].write_text(page, "utf-8")
    return paths


class Counter:
    """A page in which a change is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._session = page.context.new_cdp_session(page)
        self._session.send("Profiler.enable")
        precise = {"callCount": True, "detailed": False}
        self._session.send("Profiler.startPreciseCoverage", precise)

    def count(self, change: Callable[[], object]) -> dict[str, int]:
        """Steps of the model, whole runs, canvases, the most often painted; calls."""
        self.page.evaluate(FRAMES)
        self.page.evaluate(BEGIN)
        self._calls()
        change()
        self.page.evaluate(FRAMES)
        calls = self._calls()
        return {**self.page.evaluate(TOLD), "calls": calls}

    def _calls(self) -> int:
        """Of the page's functions since it was last asked."""
        taken: dict[str, Any] = self._session.send("Profiler.takePreciseCoverage")
        return sum(
            function["ranges"][0]["count"]
            for script in taken["result"]
            if script["url"] == self.page.url.partition("#")[0]
            for function in script["functions"]
        )


@pytest.fixture
def open_counted(
    browser: Browser, pages: dict[int, Path]
) -> Iterator[Callable[[int, str], Counter]]:
    """Opens the page with so many examples, at an address."""
    opened: list[Page] = []

    def open_one(examples: int, address: str) -> Counter:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(COUNT)
        page.goto(pages[examples].as_uri() + address)
        page.wait_for_selector("#proof.good")
        settle(page)
        opened.append(page)
        return Counter(page)

    yield open_one
    for page in opened:
        page.close()


def test_another_example(open_counted: Callable[[int, str], Counter]) -> None:
    """One run, each canvas painted once; however many examples there are."""
    calls = []
    for examples in (12, 96):
        counter = open_counted(examples, "#")
        page = counter.page
        page.locator('.thumb[tabindex="0"]').focus()
        page.keyboard.press("ArrowRight")
        told = counter.count(lambda: page.keyboard.press("ArrowRight"))  # noqa: B023
        assert (told["steps"], told["invokes"]) == (STEPS, 0)
        # The input as it is now, beside the facts, and a canvas a layer; once each.
        assert (told["canvases"], told["most"]) == (2 + LAYERS, 1)
        calls.append(told["calls"])
    few, many = calls
    assert many < 2 * few  # other pictures cost a little more, not each example


def test_a_stroke(open_counted: Callable[[int, str], Counter]) -> None:
    """Several moves within a frame are one change."""
    counter = open_counted(12, "#input=draw")
    page = counter.page
    box = page.locator(".sheet").bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    move = """([x, y]) => { for (let i = 0; i < 5; i++) {
      document.querySelector('.sheet').dispatchEvent(
        new PointerEvent('pointermove',
          { pointerId: 1, clientX: x + i, clientY: y, bubbles: true }));
    } }"""
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    told = counter.count(lambda: page.evaluate(move, [box["x"] + 70, box["y"] + 70]))
    page.mouse.up()
    assert (told["steps"], told["invokes"]) == (STEPS, 0)
    assert (told["canvases"], told["most"]) == (2 + LAYERS, 1)


def test_a_picture_that_is_dragged(
    open_counted: Callable[[int, str], Counter],
) -> None:
    """A run and an answer for a pixel, none for less; no curve is reckoned anew."""
    counter = open_counted(12, "#view=lab&bench=buys")
    page = counter.page
    drag = page.locator(".lab-drag")
    drag.scroll_into_view_if_needed()
    box = drag.bounding_box()
    assert box
    pixel = box["width"] / 12
    page.mouse.move(box["x"] + 3.5 * pixel, box["y"] + 3.5 * pixel)
    page.mouse.down()

    def move(by: float) -> dict[str, int]:
        place = box["x"] + (3.5 + by) * pixel, box["y"] + 3.5 * pixel
        return counter.count(lambda: page.mouse.move(*place))

    told = move(1)
    assert (told["steps"], told["invokes"], told["most"]) == (STEPS, 1, 1)
    told = move(1.2)
    assert (told["steps"], told["invokes"], told["canvases"]) == (0, 0, 0)
    page.mouse.up()

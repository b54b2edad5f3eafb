"""How many frames a page shows while a digit is drawn in it, and while one is dragged.

    python -m tools.measure_frames demo/build/explain.html

The network must take drawings: one channel. A headless browser shows 60 frames a second
at most; a computer that has other work to do shows fewer.
"""

from __future__ import annotations

import math
import shutil
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOVES = 200
MOVE_MS = 8  # a mouse of 125 reports a second
PLACES = {
    "a digit is drawn, all maps": ("#view=network&input=draw", ".sheet"),
    "a digit is dragged in the lab": ("#view=lab&bench=buys", ".lab-drag"),
}
QUIET_MS = 8_000  # the lab counts right answers first

# Notes how long each frame took, in milliseconds, until `isWatched` is false.
WATCH = """() => {
  globalThis.frames = [];
  globalThis.isWatched = true;
  let last = null;
  const note = (now) => {
    if (last !== null) frames.push(now - last);
    last = now;
    if (isWatched) requestAnimationFrame(note);
  };
  requestAnimationFrame(note);
}"""
TELL = "() => { isWatched = false; return frames; }"


def measure(page: Page, address: str, selector: str) -> list[float]:
    """Milliseconds of each frame while what `selector` finds is drawn on or dragged."""
    page.evaluate("address => { location.hash = address }", address)
    place = page.locator(selector).first
    place.scroll_into_view_if_needed()
    page.wait_for_timeout(QUIET_MS)
    box = place.bounding_box()
    assert box is not None
    page.evaluate(WATCH)
    for move in range(MOVES):
        across, down = math.cos(move / 12), math.sin(move / 9)
        page.mouse.move(
            box["x"] + box["width"] * (0.5 + 0.3 * across),
            box["y"] + box["height"] * (0.5 + 0.3 * down),
        )
        if move == 0:
            page.mouse.down()
        page.wait_for_timeout(MOVE_MS)
    page.mouse.up()
    return list(page.evaluate(TELL))


def main() -> None:
    """Print the frames of the page that is named."""
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(Path(sys.argv[1]).resolve().as_uri())
        page.wait_for_selector("#proof.good")
        for what, (address, selector) in PLACES.items():
            frames = sorted(measure(page, address, selector))
            rate = 1000 * len(frames) / sum(frames)
            middle, late = statistics.median(frames), frames[len(frames) * 95 // 100]
            print(
                f"{what}: {rate:.1f} frames a second, median {middle:.1f} ms, "
                f"95 % within {late:.1f} ms, all within {frames[-1]:.1f} ms"
            )
        browser.close()


if __name__ == "__main__":
    main()

"""What the pages of a project look like in a browser, as small PNGs."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

__all__ = ["take_screens"]

_SIZE = (1200, 800)
_COLORS = 96  # of the palette: text and flat areas need few


def take_screens(pages: Mapping[str, Path], folder: Path, chromium: str) -> None:
    """Keep the first screen of each page as NAME.png, and as NAME-dark.png.

    Args:
        pages: Files by name.
        folder: Where the pictures go.
        chromium: The browser's program.
    """
    from playwright.sync_api import sync_playwright

    width, height = _SIZE
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, page in pages.items():
            for scheme, end in (("light", ""), ("dark", "-dark")):
                view = browser.new_page(
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,  # type: ignore[arg-type]
                    reduced_motion="reduce",
                )
                view.goto(page.resolve().as_uri())
                view.wait_for_load_state("networkidle")
                _write(view.screenshot(), folder / f"{name}{end}.png")
                view.close()
        browser.close()


def _write(png: bytes, path: Path) -> None:
    """With a palette, which takes a third of the bytes."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(_COLORS, dither=Image.Dither.NONE).save(path, optimize=True)

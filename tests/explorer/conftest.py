"""A browser, and pages of small exhibits, each made once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.compiler.models import residual_model
from tests.conftest import require_module, require_tool
from tests.explorer.exhibits import (
    inception_model,
    joined_model,
    lenet_model,
    make_exhibit,
)
from tests.explorer.varied import varied_model
from tests.observer import Log
from tinycnn.explorer import explain
from tinycnn.explorer.learned.dreams import search
from tinycnn.reference import LOADERS, Reference, ReferenceIdentity

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser", "open_file", "open_page", "page_files"]

MODELS = {
    "lenet": lenet_model,
    "residual": residual_model,
    "inception": inception_model,
    "joined": joined_model,
    "varied": varied_model,
}
DESKTOP, PHONE = (1280, 900), (390, 844)


def _run_here(
    model: bytes, rows: NDArray[np.int8], *, reference: str
) -> NDArray[np.int8]:
    """As `run_isolated`, without a process of its own: these models are ours."""
    run = LOADERS[reference](model)
    return Reference(ReferenceIdentity(reference, "", "", 1), run).run(rows)


@pytest.fixture(scope="session", autouse=True)
def quickly() -> Iterator[None]:
    """Pictures that excite are sought a little only, where they do not matter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "STEPS", 4)
        for module in ("dreams.gather", "sample"):
            name = f"tinycnn.explorer.learned.{module}.run_isolated"
            patch.setattr(name, _run_here)
        yield


@pytest.fixture(scope="session")
def page_files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The page of an exhibit by name, written when it is first asked for."""
    folder = tmp_path_factory.mktemp("pages")

    @functools.cache
    def write(name: str) -> Path:
        path = folder / f"{name}.html"
        path.write_text(explain(make_exhibit(MODELS[name]()), Log()), "utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    require_module("playwright")
    from playwright.sync_api import sync_playwright

    chromium = require_tool("chromium")
    with sync_playwright() as play:
        # A camera's stand-in that needs no question.
        camera = ["use-fake-device-for-media-stream", "use-fake-ui-for-media-stream"]
        flags = [f"--{name}" for name in ("no-sandbox", "disable-gpu", *camera)]
        found = play.chromium.launch(executable_path=chromium, args=flags)
        yield found
        found.close()


@pytest.fixture
def open_file(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page from disk; what it says on the console fails the test."""
    opened: list[Page] = []
    said: list[str] = []

    def open_one(
        path: Path,
        address: str = "",
        *,
        size: tuple[int, int] = DESKTOP,
        **options: str,
    ) -> Page:
        width, height = size
        viewport = {"width": width, "height": height}
        page = browser.new_page(viewport=viewport, **options)  # type: ignore[arg-type]
        page.set_default_timeout(20_000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{path.as_uri()}{address}")
        page.wait_for_selector("#main")
        opened.append(page)
        return page

    yield open_one
    for page in opened:
        page.close()
    assert said == []


@pytest.fixture
def open_page(
    open_file: Callable[..., Page], page_files: Callable[[str], Path]
) -> Callable[..., Page]:
    """Opens an exhibit's page by name."""

    def open_one(name: str, address: str = "", **options: Any) -> Page:
        return open_file(page_files(name), address, **options)

    return open_one

"""The board in the page: the packets of a simulated board, over two transports."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.explorer.conftest import PHONE
from tests.explorer.exhibits import lenet_model, make_exhibit
from tests.observer import Log
from tinycnn.device import start_simulator
from tinycnn.explorer import gather_pieces
from tinycnn.explorer.page import make_policy, pack_json, render_page
from tinycnn.explorer.serve import PageServer
from tinycnn.workbench import ImageChoice, bench_file

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.external, pytest.mark.emulated]

# A serial port that leads to the server's simulated board; `lost` pulls the cable.
SERIAL = """
globalThis.lost = false;
class Port {
  async open({ baudRate }) {
    if (baudRate !== 115200) throw new Error(`baud ${baudRate}`);
    const answer = await fetch('board/open', { method: 'POST', body: '' });
    const place = `board/${await answer.text()}`;
    const pull = async (controller) => {
      const bytes = await (await fetch(place)).arrayBuffer();
      if (globalThis.lost) controller.error(new Error('The device has been lost.'));
      else controller.enqueue(new Uint8Array(bytes));
    };
    this.readable = new ReadableStream({ pull });
    this.writable = new WritableStream({
      write: (body) => fetch(place, { method: 'POST', body }).then(() => undefined),
    });
  }
  async setSignals(signals) { globalThis.signals = signals; }
  async close() { await fetch('board/close', { method: 'POST', body: '' }); }
}
Object.defineProperty(navigator, 'serial', {
  value: { requestPort: async () => new Port() },
});
"""
CHOOSES_NONE = """
Object.defineProperty(navigator, 'serial', { value: {
  requestPort: async () => { throw new DOMException('none', 'NotFoundError'); },
} });
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The small LeNet as firmware of a simulated board."""
    model = tmp_path_factory.mktemp("board") / "lenet.tflite"
    model.write_bytes(lenet_model())
    with bench_file(
        model, inputs=None, images=ImageChoice(count=1), observer=Log()
    ) as subject:
        yield subject.program("sim")


@pytest.fixture(scope="module")
def pieces() -> dict[str, bytes]:
    """Of the page of the same model."""
    found = gather_pieces(make_exhibit(lenet_model()), Log())
    return {**found, "served": pack_json({"board": True})}


@contextmanager
def serving(pieces: dict[str, bytes], image: Path) -> Iterator[PageServer]:
    """A page, with a simulated board that runs `image`."""
    page = render_page("lenet", pieces, is_served=True)
    board = partial(start_simulator, image)
    server = PageServer(page, make_policy(is_served=True), open_board=board)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(10)


@pytest.fixture(scope="module")
def server(pieces: dict[str, bytes], image: Path) -> Iterator[PageServer]:
    """The same model in the page and on the board."""
    with serving(pieces, image) as found:
        yield found


@pytest.fixture
def open_board(browser: Browser, server: PageServer) -> Iterator[Callable[..., Page]]:
    """Opens the board's view; an error in the page fails the test."""
    pages: list[Page] = []
    said: list[str] = []

    def open_one(script: str = "", size: tuple[int, int] = (1280, 900)) -> Page:
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: said.append(str(error)))
        if script:
            page.add_init_script(script)
        page.goto(f"{server.url}#view=board")
        page.wait_for_selector("#proof")
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        page.close()
    assert said == []


def press(page: Page, name: str) -> None:
    """Press the button whose name begins so."""
    page.get_by_role("button", name=name).click()


def test_the_simulated_board_answers_the_same_bytes(
    open_board: Callable[..., Page], server: PageServer
) -> None:
    """One input and all examples, through the server; a board that ends is told."""
    page = open_board(size=PHONE)
    press(page, "Start the simulated board")
    page.wait_for_selector("#board-model.good")
    assert "simulated" in page.inner_text(".board-view")
    press(page, "Run it here and on the board")
    page.wait_for_selector("#one-verdict")
    assert "5 of 5 output bytes equal" in page.inner_text("#one-verdict")
    assert "cycles), estimated" in page.inner_text(".board-view")
    press(page, "Run all 12 examples")
    page.wait_for_selector("text=12 of 12 equal, byte for byte")
    assert ", which is estimated." in page.inner_text(".board-view")
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= PHONE[0]

    assert server.bridge is not None
    server.bridge.close()
    page.wait_for_selector("text=Another page has the board now")
    press(page, "Start the simulated board")
    page.wait_for_selector("#board-model.good")
    press(page, "Disconnect")
    assert page.get_by_role("button", name="Start the simulated board").is_enabled()


def test_a_serial_port_is_spoken_to_alike(open_board: Callable[..., Page]) -> None:
    """Web Serial: chosen, opened, DTR raised, the same packets; the cable is pulled."""
    page = open_board(SERIAL)
    press(page, "Connect a board")
    page.wait_for_selector("#board-model.good")
    assert page.evaluate("() => globalThis.signals.dataTerminalReady") is True
    press(page, "Run all 12 examples")
    page.wait_for_selector("text=12 of 12 equal, byte for byte")
    page.evaluate("() => { globalThis.lost = true; }")
    page.wait_for_selector("text=The board is gone: check its cable")

    page.evaluate("() => { globalThis.lost = false; }")
    press(page, "Connect a board")
    page.wait_for_selector("#board-model.good")
    press(page, "Run all 12 examples")
    page.evaluate("() => { globalThis.lost = true; }")  # while they run
    page.wait_for_selector("text=The board is gone: check its cable")
    assert page.get_by_role("button", name="Connect a board").is_enabled()


def test_choosing_no_port_is_no_error(open_board: Callable[..., Page]) -> None:
    """All is as before."""
    page = open_board(CHOOSES_NONE)
    before = page.inner_text("#board-state")
    press(page, "Connect a board")
    page.wait_for_timeout(200)
    assert page.inner_text("#board-state") == before


def test_another_model_is_refused(
    browser: Browser, pieces: dict[str, bytes], image: Path
) -> None:
    """By its digest, before anything runs."""
    model = pack_json({**json.loads(pieces["model"]), "sha256": "0" * 64})
    with serving({**pieces, "model": model}, image) as other:
        page = browser.new_page()
        page.goto(f"{other.url}#view=board")
        press(page, "Start the simulated board")
        page.wait_for_selector("#board-model.bad", timeout=60_000)
        assert "tinycnn flash" in page.inner_text("#board-model")
        assert page.get_by_role("button", name="Run").count() == 0
        page.close()

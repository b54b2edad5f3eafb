"""The lab's benches in a browser: by pointer, by keyboard, on a telephone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.explorer.conftest import PHONE
from tinycnn.explorer import explain_zoo
from tinycnn.project import load_project, project_template

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.external
OpenPage = Callable[..., "Page"]


def bytes_are_equal(page: Page) -> bool:
    """What the page recomputes is what the kernel gave."""
    text = page.inner_text(".lab-steps")
    return "✓ equal to the kernel's" in text and "✗" not in text


def test_every_kernel_gives_the_bytes_that_are_explained(open_page: OpenPage) -> None:
    """Ready ones in all colours and borders, at corners and in the middle."""
    page = open_page("lenet", "#view=lab&picture=star&side=32")
    output = page.locator("[aria-label^='Output']")
    presets = page.locator("[aria-label='Ready kernels'] button")
    assert presets.count() == 12
    for number in range(12):
        presets.nth(number).click()
        page.get_by_label("Colours").select_option(("grey", "each", "sum")[number % 3])
        page.get_by_label("At the border").select_option(("same", "valid")[number % 2])
        output.focus()
        for key in ("ArrowUp", "ArrowLeft", "PageDown", "ArrowLeft"):
            page.keyboard.press(key)
            assert bytes_are_equal(page), (number, key)
        box = output.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 2, box["y"] + 2)
        assert bytes_are_equal(page), number
        assert "Row 1, column 1" in page.inner_text("[aria-label='One number']")
        page.mouse.move(0, 0)


def test_a_kernel_of_ones_own_is_in_the_link(
    open_page: OpenPage, tmp_path: Path
) -> None:
    """By keyboard alone, on a telephone; nothing is wider than it."""
    page = open_page("residual", "#view=lab&picture=point&spot=31,33", size=PHONE)
    first = page.get_by_label("Row 1, column 1")
    first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("7")
    page.get_by_label("Divide by").fill("1")
    page.get_by_label("Add", exact=True).fill("3")
    assert "kernel=7%2C0%2C1" in page.url
    assert "of your own" in page.inner_text("[aria-label='Kernel']")
    page.get_by_label("Size").select_option("5")
    assert page.get_by_label("Row 5, column 5").input_value() == "0"
    assert bytes_are_equal(page)
    page.get_by_text("Put this kernel on a board").click()
    said = page.locator("pre").nth(1).inner_text()
    text = project_template("edges", model="image_kernel")
    table = re.compile(r"^\[model\]\n(?:.+\n)*", re.MULTILINE)
    (tmp_path / "tinycnn.toml").write_text(table.sub(said + "\n", text), "utf-8")
    given = load_project(tmp_path).model.given
    assert given is not None
    assert given["divisor"] == 1
    assert given["kernel"][1] == (0, 7, 0, 1, 0)
    for wrong in ("", "999", "1.5"):
        page.get_by_label("Row 3, column 3").fill(wrong)
        assert "NaN" not in page.inner_text("#main")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE[0]


def test_a_picture_is_taken_from_a_file(open_page: OpenPage, tmp_path: Path) -> None:
    """And what is none is refused in words."""
    page = open_page("lenet", "#view=lab&picture=own")
    (tmp_path / "a.svg").write_text("no picture")
    page.set_input_files("input[type=file]", tmp_path / "a.svg")
    assert "a.svg: this browser cannot read it" in page.inner_text("[role=alert]")
    page.get_by_role("combobox", name="Picture").select_option("example")
    assert "12 \u00d7 12" in page.inner_text("[aria-label=Pictures]")
    page.get_by_label("Number", exact=True).fill("3")
    # The address is written when there is time.
    page.wait_for_function("() => location.hash.includes('image=2')")


def test_every_bench_works_on_a_telephone(open_page: OpenPage) -> None:
    """No bench is wider than the screen, and each says what one sees."""
    page = open_page("lenet", "#view=lab&picture=checks&side=32", size=PHONE)
    benches = page.locator("[aria-label=Benches] button")
    assert benches.count() == 6
    for number in range(6):
        benches.nth(number).click()
        assert (
            page.locator(".lab > h2").inner_text() == benches.nth(number).inner_text()
        )
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE[0], benches.nth(number).inner_text()


def test_sizes_are_played_and_counted(open_page: OpenPage) -> None:
    """The lectures' example step by step, by keyboard; the stack is in the link."""
    page = open_page("lenet", "#view=lab&bench=sizes&stack=3.2.1-3.1.2")
    sums = page.locator("[aria-label='Output size'] [aria-live]")
    assert sums.inner_text().endswith("= 12")
    step = page.get_by_role("button", name="Step")
    for expected in ("12", "17", "10"):
        step.focus()
        page.keyboard.press("Enter")
        assert sums.inner_text().endswith(f"= {expected}")
    page.get_by_label("Padding").select_option("same")
    page.get_by_label("Stride", exact=True).fill("2")
    assert "5 \u00d7 5 becomes 3 \u00d7 3" in page.inner_text(
        "[aria-label='Output size']"
    )
    assert "sees 11 \u00d7 11 pixels" in page.inner_text(
        "[aria-label='Receptive field']"
    )
    page.get_by_role("button", name="Add a layer").click()
    assert "stack=3.2.1-3.1.2-3.1.1" in page.url
    assert "94,372,147,200" in page.inner_text("[aria-label=Parameters]")


def test_play_goes_on_and_stops(open_page: OpenPage) -> None:
    """By itself, until it is paused."""
    page = open_page("lenet", "#view=lab&bench=line&f=gauss&g=gauss")
    slider = page.get_by_label("The sliding function: step")
    first = slider.input_value()
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "first => document.querySelector('input[type=range]').value !== first",
        arg=first,
    )
    page.get_by_role("button", name="Pause").click()
    held = slider.input_value()
    page.wait_for_timeout(300)
    assert slider.input_value() == held
    assert "variances add up" in page.inner_text("#main")


def test_a_moved_picture_is_asked_again(open_page: OpenPage) -> None:
    """Dragged by the pointer, moved by keys; the dense layer minds no order."""
    page = open_page("lenet", "#view=lab&bench=buys")
    moving = page.locator("[aria-label=Moving]")
    assert "still" in moving.locator("[aria-live]").inner_text()
    box = page.locator(".lab-drag").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 3 * box["width"] / 12, y)
    page.mouse.up()
    assert page.get_by_label("Move right").input_value() == "3"
    page.get_by_label("Rotate").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_label("Rotate").input_value() == "1"
    page.get_by_role("button", name="As it was").click()
    assert page.get_by_label("Move right").input_value() == "0"
    row = page.locator("[aria-label=Permuting] tbody tr").first
    as_is, mixed = row.locator("td").all_inner_texts()
    assert as_is == mixed == "11"


def test_it_needs_no_model(open_page: OpenPage, tmp_path: Path) -> None:
    """The page of the architectures has it, too, without what moves a model's input."""
    (tmp_path / "zoo.html").write_text(explain_zoo(), "utf-8")
    page = open_page("lenet")
    page.goto(f"{(tmp_path / 'zoo.html').as_uri()}#view=lab")
    page.wait_for_selector(".lab-steps")
    assert bytes_are_equal(page)
    titles = page.locator("[aria-label=Benches] button").all_inner_texts()
    assert titles == ["Kernels", "Edges", "Colours", "Sizes", "One dimension"]


CAMERA = """() => {
  const canvas = document.createElement("canvas");
  canvas.width = 64;
  canvas.height = 48;
  const pen = canvas.getContext("2d");
  setInterval(() => {
    pen.fillStyle = "rgb(255 0 0)";
    pen.fillRect(0, 0, 64, 48);
  }, 20);
  const stream = canvas.captureStream(50);
  window.track = stream.getTracks()[0];
  navigator.mediaDevices.getUserMedia = async () => stream;
}"""


def test_the_camera_is_looked_through_and_let_go(open_page: OpenPage) -> None:
    """Its frames are filtered as they come; another picture stops it."""
    page = open_page("lenet", "#view=lab&colors=each&kernel=0,0,0;0,1,0;0,0,0&by=1")
    page.evaluate(CAMERA)
    choice = page.get_by_role("combobox", name="Picture")
    choice.select_option("camera")
    output = page.locator("canvas[aria-label^='Output']")
    page.wait_for_function(
        """() => {
          const seen = document.querySelector("canvas[aria-label^='Picture']");
          const copy = new OffscreenCanvas(1, 1).getContext("2d");
          copy.drawImage(seen, -9, -9);
          const [red, green] = copy.getImageData(0, 0, 1, 1).data;
          return red > 240 && green < 20;
        }"""
    )
    assert bytes_are_equal(page)
    assert output.count() == 1
    choice.select_option("star")
    page.wait_for_function("() => window.track.readyState === 'ended'")

    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () => "
        "{ throw new Error('it is in use') } }"
    )
    choice.select_option("camera")
    page.wait_for_selector("[role=alert]")
    assert "No camera: it is in use" in page.inner_text("[role=alert]")

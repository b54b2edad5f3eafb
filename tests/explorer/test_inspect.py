"""One number taken apart: every operator has its view, by pointer and by keyboard."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.explorer.conftest import MODELS, PHONE
from tests.explorer.exhibits import make_exhibit
from tinycnn.explorer import compile_for_explorer

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.external
OpenPage = Callable[..., "Page"]


# Follows links within the page and tells what is seen at each.
FOLLOW = """async (links) => {
  const seen = [];
  for (const link of links) {
    const followed = new Promise((done) =>
      window.addEventListener("hashchange", done, { once: true }));
    location.hash = link;
    await followed;
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)));
    seen.push([
      document.querySelector(".inspector h2").innerText,
      document.querySelector(".sentence").innerText,
      document.querySelectorAll(".steps tfoot .good").length,
      document.querySelector(".fields select").value,
      document.documentElement.scrollWidth - window.innerWidth,
    ]);
  }
  return seen;
}"""


def look_at(page: Page, address: str) -> None:
    """Follows a link to a number, and waits for it."""
    page.evaluate("hash => { location.hash = hash }", address)
    page.wait_for_selector(".inspector")


def part_of(page: Page, name: str) -> str:
    """A part of the address."""
    address = page.evaluate("() => location.hash")
    found = re.search(rf"[#&]{name}=([^&]*)", address)
    return found[1].replace("%2C", ",") if found else ""


def number_of(page: Page) -> str:
    """What the page says that the board gives."""
    return page.inner_text(".steps tfoot td >> nth=0").replace("\u2212", "-")


def map_of(page: Page, name: str) -> Locator:
    """A picture that the keyboard reaches."""
    return page.get_by_role("application", name=re.compile(f"^{name}"))


@pytest.mark.parametrize(
    ("name", "scheme"),
    [("residual", "dark"), ("joined", "light"), ("varied", "dark")],
)
def test_every_tensor_has_a_view(name: str, scheme: str, open_page: OpenPage) -> None:
    """Its number is the module's, a sentence explains it, and nothing sticks out."""
    tensors = compile_for_explorer(MODELS[name](), variants=()).document["tensors"]
    page = open_page(name, size=PHONE, color_scheme=scheme)
    links = [
        f"tensor={tensor}&channel={facts['shape'][-1] - 1}&at=1,1&numbers={unit}"
        for (tensor, facts), unit in zip(
            tensors.items(), itertools.cycle(("bytes", "real")), strict=False
        )
    ]
    seen = page.evaluate(FOLLOW, links)
    assert len(seen) == len(links)
    for link, facts, found in zip(links, tensors.values(), seen, strict=True):
        title, sentence, good, unit, too_wide = found
        assert f"one number {facts['label']}," in title
        assert len(sentence) > 30, link
        assert (good, unit) == (1, link.rpartition("=")[2]), link
        assert too_wide <= 0, link


def test_the_last_byte_is_the_references(open_page: OpenPage) -> None:
    """As the page shows it, for several images and classes."""
    expected = make_exhibit(MODELS["lenet"]()).examples.outputs
    page = open_page("lenet")
    for image, row in enumerate(expected.tolist()[:3]):
        look_at(page, f"image={image}&tensor=t14&channel={image + 2}")
        assert number_of(page) == str(row[image + 2])
    assert page.inner_text(".shares tr.own th") == "class 4"


def test_keys_and_fields_choose_the_number(open_page: OpenPage) -> None:
    """Arrows on the output and on the input, page keys, fields; all in the address."""
    page = open_page("lenet", "#tensor=t3&channel=1&at=2,2")
    output = map_of(page, "The output")
    output.press("ArrowRight")
    assert part_of(page, "at") == "2,3"
    output.press("PageDown")
    assert part_of(page, "channel") == "2"
    map_of(page, "The input").press("ArrowDown")
    assert part_of(page, "at") == "3,3"
    row = page.get_by_role("spinbutton", name="Row")
    row.fill("12")
    row.press("Enter")
    assert part_of(page, "at") == "11,3"
    row.fill("99")
    row.press("Enter")
    assert part_of(page, "at") == "11,3"
    assert page.locator(".numbers td.outside").count() == 9
    page.hover(".numbers td >> nth=1")
    assert "\u00d7" in page.inner_text(".reading")

    look_at(page, "tensor=t4&at=1,1")  # pooling with stride 2: the next pixel suffices
    map_of(page, "The input").press("ArrowLeft")
    assert part_of(page, "at") == "1,0"
    box = map_of(page, "The input").bounding_box()
    assert box is not None
    map_of(page, "The input").click(position={"x": box["width"] - 3, "y": 3})
    assert part_of(page, "at") == "0,5"


def test_it_plays_pauses_and_steps(open_page: OpenPage) -> None:
    """What comes later is hidden; the address has the place where it stops."""
    page = open_page("lenet", "#tensor=t7&channel=1")
    page.select_option(".speed select", "fast")
    page.click("button[aria-label=Play]")
    page.wait_for_function(
        "() => /^[5-9]/.test(document.querySelector('.where').innerText)"
    )
    assert page.locator(".later").count() == 2
    assert part_of(page, "at") == ""
    page.click("button[aria-label=Pause]")
    step = int(page.inner_text(".where").split()[0])
    assert part_of(page, "at") == f"{(step - 1) // 6},{(step - 1) % 6}"
    page.click("button[aria-label='One number on']")
    assert page.inner_text(".where") == f"{step + 1} of 36"
    page.click("text=Show the rest")
    assert page.locator(".later").count() == 0
    page.click("button[aria-label='First number']")
    assert page.is_disabled("button[aria-label='One number back']")
    look_at(page, "tensor=t7&channel=1&at=5,4")
    page.click("button[aria-label=Play]")
    page.wait_for_selector("button[aria-label=Play]")  # it has come to the end
    assert page.inner_text(".where") == "36 of 36"
    assert page.locator(".later").count() == 0


def test_nothing_moves_by_itself_where_that_is_asked(open_page: OpenPage) -> None:
    """Steps only."""
    page = open_page("lenet", "#tensor=t13", reduced_motion="reduce")
    page.wait_for_selector(".player")
    assert page.locator("button[aria-label=Play]").count() == 0
    page.click("button[aria-label='One number on']")
    assert part_of(page, "channel") == "1"


def test_a_number_leads_to_those_it_is_made_of(open_page: OpenPage) -> None:
    """From a share to its score, to a number of the layer before, to a window."""
    page = open_page("lenet", "#tensor=t14&channel=2")
    page.click(".shares tr.own td button")
    assert (part_of(page, "tensor"), part_of(page, "channel")) == ("t13", "2")
    rows = page.locator(".terms tbody tr")
    assert rows.count() == 13
    page.click("text=Show all 54")
    assert rows.count() == 54
    page.click(".terms tbody button >> nth=0")
    assert part_of(page, "tensor") == "t10"
    assert page.evaluate("() => document.activeElement.id") == "one-number"
    page.click("text=Look into it")
    assert part_of(page, "tensor") == "t8"
    assert page.locator(".numbers td").count() == 4
    page.click("text=Close")
    assert part_of(page, "tensor") == ""
    assert page.locator(".inspector").count() == 0


def test_what_is_joined_tells_where_it_is_from(open_page: OpenPage) -> None:
    """Concatenation; a channel of a convolution that is worth a look; a look-up."""
    document = compile_for_explorer(MODELS["joined"](), variants=()).document
    kinds = {op["kind"]: op["outputs"][0] for op in document["operators"]}
    page = open_page("joined", f"#tensor={kinds['CONV_2D']}&channel=0&at=3,3")
    assert page.locator(".numbers td").count() == 3
    page.click("text=Most comes from >> button")
    assert part_of(page, "through") != ""
    look_at(page, f"tensor={kinds['CONCATENATION']}&channel=5&at=3,3")
    assert page.locator(".joined li").count() == 2
    assert "from here" in page.inner_text(".joined .own")
    look_at(page, f"tensor={kinds['LOGISTIC']}&channel=1&at=3,3")
    assert page.get_by_role("img", name=re.compile("^The table")).count() == 1

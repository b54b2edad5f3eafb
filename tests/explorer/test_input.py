"""What the network is shown: examples, drawings, pictures, a camera."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.explorer.conftest import DESKTOP, PHONE
from tinycnn.datasets import fit_image

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.external
OpenPage = Callable[..., "Page"]

# The input as the page shows it; a canvas that is read otherwise complains.
SHOWN = "() => document.querySelector('.now canvas').toDataURL()"
# A file that is pasted, or dropped on the input.
GIVE = """([kind, bytes]) => {
  const file = new File([Uint8Array.from(bytes)], 'given.png', { type: 'image/png' });
  const data = new DataTransfer();
  data.items.add(file);
  const options = { bubbles: true, cancelable: true };
  const event = kind === 'paste'
    ? new ClipboardEvent('paste', { ...options, clipboardData: data })
    : new DragEvent('drop', { ...options, dataTransfer: data });
  const place = kind === 'paste' ? document : document.querySelector('.input-panel');
  place.dispatchEvent(event);
}"""


def shown(page: Page, side: int = 12) -> NDArray[np.uint8]:
    """The input, as 0 to 255."""
    data = base64.b64decode(page.evaluate(SHOWN).partition(",")[2])
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert pixels.shape == (side, side, 3)
    return pixels[..., 0]


def make_picture(width: int, height: int, seed: int) -> tuple[bytes, Image.Image]:
    """A PNG of any colours."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    image, stream = Image.fromarray(pixels), io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue(), image


def as_trained(image: Image.Image) -> NDArray[np.uint8]:
    """What a folder of pictures would give of it."""
    return np.asarray(fit_image(image.convert("L"), (12, 12), "crop"))


def test_examples_are_chosen_by_pointer_and_keyboard(open_page: OpenPage) -> None:
    """Mistakes first; the address follows, and leads back; a filter leaves some."""
    page = open_page("lenet")
    thumbs = page.locator(".thumb")
    assert thumbs.count() == 12
    classes = [thumbs.nth(i).get_attribute("class") or "" for i in range(12)]
    wrong = sum("wrong" in name for name in classes)
    assert 0 < wrong < 12
    chosen = page.locator(".thumb[aria-selected=true]")
    assert "number" in (chosen.get_attribute("aria-label") or "")

    thumbs.nth(3).click()
    place = int(thumbs.nth(3).get_attribute("data-place") or "")
    assert f"image={place}" in page.url or place == 0
    before = shown(page)
    page.keyboard.press("ArrowRight")
    after = int(thumbs.nth(4).get_attribute("data-place") or "")
    assert f"image={after}" in page.url
    assert page.evaluate("() => document.activeElement.dataset.place") == str(after)
    assert not np.array_equal(before, shown(page))
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("() => document.activeElement.dataset.place") != "0"

    page.get_by_label("Show").select_option("wrong")
    assert thumbs.count() <= wrong
    assert "examples=wrong" in page.url
    thumbs.first.click()
    assert "wrong, it is class" in page.inner_text("#answer")


def test_a_picture_becomes_what_training_makes_of_it(open_page: OpenPage) -> None:
    """By file, by drop, by paste; turned round; and what is no picture is told."""
    page = open_page("lenet", "#input=picture")
    data, image = make_picture(61, 40, 1)
    files = [{"name": "a.png", "mimeType": "image/png", "buffer": data}]
    page.get_by_label("Choose a picture").set_input_files(files)  # type: ignore[arg-type]
    page.wait_for_selector("text=your picture")
    assert np.array_equal(shown(page), as_trained(image))
    assert "61 \N{MULTIPLICATION SIGN} 40" in page.inner_text(".picture-file")
    assert "nothing says how" in page.inner_text(".picture-file")

    page.get_by_label("Turn dark and bright").check()
    turned = Image.fromarray(255 - np.asarray(image))
    assert np.array_equal(shown(page), as_trained(turned))
    page.get_by_label("Turn dark and bright").uncheck()

    for number, kind in enumerate(("paste", "drop")):
        page.get_by_role("button", name="Examples").click()
        data, image = make_picture(20 + number, 33, 5 + number)
        page.evaluate(GIVE, [kind, list(data)])
        page.wait_for_selector("text=given.png")
        assert np.array_equal(shown(page), as_trained(image)), kind

    page.evaluate(GIVE, ["paste", list(b"no picture")])
    page.wait_for_selector("text=cannot read it")


def test_a_drawing_is_seen_at_every_move(open_page: OpenPage) -> None:
    """Bright on dark as the examples; taken back; made as large as they are."""
    page = open_page("lenet", "#input=draw")

    def stroke(*points: tuple[float, float]) -> None:
        box = page.locator(".sheet").bounding_box()
        assert box is not None
        places = [
            (box["x"] + x * box["width"], box["y"] + y * box["height"])
            for x, y in points
        ]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=3)
        page.mouse.up()
        page.wait_for_timeout(60)

    page.get_by_label("Centre and scale").uncheck()
    stroke((0.1, 0.1), (0.3, 0.1))
    page.wait_for_selector("text=your drawing")
    one = shown(page)
    assert one[:3, :5].max() > 150
    assert one[6:].max() == 0
    page.get_by_label("Centre and scale").check()
    page.wait_for_timeout(60)
    placed = shown(page)
    assert placed[4:8].max() > 150
    _, columns = np.nonzero(placed > 60)
    assert abs(columns.mean() - 5.5) < 1.5
    assert np.ptp(columns) > np.ptp(np.nonzero(one > 60)[1])

    page.get_by_label("Centre and scale").uncheck()
    stroke((0.9, 0.5), (0.9, 0.9))
    assert shown(page)[6:].max() > 150
    page.get_by_role("button", name="Undo").click()
    page.wait_for_timeout(60)
    assert np.array_equal(shown(page), one)
    page.get_by_role("button", name="Clear").click()
    page.wait_for_timeout(60)
    assert shown(page).max() == 0
    assert page.get_by_role("button", name="Undo").is_disabled()
    page.locator(".sheet").focus()
    for key in (" ", *["ArrowRight"] * 3, " ", "ArrowDown"):
        page.keyboard.press(key)
    page.wait_for_timeout(60)
    by_keys = shown(page)
    assert by_keys[5:7, 6:9].min() > 100
    assert by_keys[8:].max() == 0
    page.get_by_role("button", name="Examples").click()
    page.locator(".thumb").first.click()
    assert "Example" in page.inner_text(".now")


def test_the_camera_is_watched_until_it_is_paused(open_page: OpenPage) -> None:
    """Each frame is an input; mirrored or not; stopped when it is left."""
    page = open_page("lenet", "#input=camera")
    page.wait_for_selector("text=the camera")
    first = shown(page)
    for _ in range(100):  # the stand-in's picture moves, on a busy computer slowly
        page.wait_for_timeout(100)
        if not np.array_equal(first, shown(page)):
            break
    else:
        pytest.fail("the picture stands still")
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(100)
    still = shown(page)
    page.wait_for_timeout(300)
    assert np.array_equal(still, shown(page))
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Mirrored").uncheck()
    page.get_by_role("button", name="Examples").click()
    assert page.locator("video").count() == 0


@pytest.mark.parametrize(
    ("size", "scheme"), [(DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")]
)
def test_nothing_is_wider_than_the_screen(
    size: tuple[int, int], scheme: str, open_page: OpenPage
) -> None:
    """Every source, in every look."""
    page = open_page("lenet", size=size, color_scheme=scheme)
    for name in ("Draw", "Picture", "Camera", "Examples"):
        page.get_by_role("button", name=name, exact=True).click()
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= size[0], name


def test_a_model_of_colours_takes_no_drawing(open_page: OpenPage) -> None:
    """What does not suit it is not offered."""
    page = open_page("residual")
    assert page.get_by_role("button", name="Draw").count() == 0

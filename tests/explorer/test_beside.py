"""Two networks on one page: both answer, and how many of many pictures stay right."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner

from tests.compiler.tflite_builder import ModelBuilder
from tests.explorer.exhibits import inception_model, lenet_model, make_exhibit
from tests.harness.mistaken import run_reference
from tests.observer import Log
from tinycnn.cli.explain import explain as command
from tinycnn.errors import ProjectError
from tinycnn.explorer import Exhibit, gather_pieces, place_beside
from tinycnn.explorer.beside import gather_beside, tell_augmentation
from tinycnn.explorer.fair import MOST_BYTES, SIZE, gather_fair
from tinycnn.explorer.page import render_page
from tinycnn.recipe import AugmentSettings
from tinycnn.scaling import UNIT

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenFile = Callable[..., "Page"]
LABELS = np.array([4, 0, 4, 1, 4, 4, 2, 4, 4, 3, 4, 4])


def mean_model(rows: int) -> bytes:
    """Means over rows of pixels."""
    b = ModelBuilder()
    x = b.tensor((1, rows, 12, 1), scale=1 / 255, zero_point=-128)
    y = b.tensor((1, 12), scale=1 / 255, zero_point=-128)
    axes = b.tensor((2,), "int32", data=np.array([1, 3], np.int32))
    b.op("MEAN", [x, axes], [y])
    return b.build([x], [y])


def other_model() -> bytes:
    """The small LeNet with other weights."""
    return lenet_model(seed=5)


@pytest.fixture(scope="module")
def pair() -> Exhibit:
    """A small LeNet, and beside it one with other weights."""
    exhibit = make_exhibit(lenet_model())
    exhibit = replace(exhibit, examples=replace(exhibit.examples, labels=LABELS))
    return place_beside(exhibit, make_exhibit(other_model(), title="another"))


def answers_of(model: bytes, exhibit: Exhibit) -> list[int]:
    """The reference's classes for the examples."""
    rows = np.ascontiguousarray(exhibit.examples.inputs)
    outputs = np.asarray(run_reference(model, "litert", rows)).view(np.int8)
    return outputs.reshape(len(rows), -1).argmax(axis=1).tolist()


def test_its_outputs_are_the_references(pair: Exhibit) -> None:
    """Of the second model, for the examples of the first."""
    assert pair.beside is not None
    assert pair.beside.outputs.argmax(axis=1).tolist() == answers_of(
        other_model(), pair
    )
    assert answers_of(other_model(), pair) != answers_of(lenet_model(), pair)


def test_only_what_answers_the_same_goes_beside() -> None:
    """Other images, other classes, other names: each is refused in one line."""
    exhibit = make_exhibit(lenet_model())
    with pytest.raises(ProjectError, match=r"takes 16 x 16 x 1 of int8, .* expected"):
        place_beside(exhibit, make_exhibit(lenet_model(16)))
    with pytest.raises(ProjectError, match=r"takes 10 x 10 x 3"):
        place_beside(exhibit, make_exhibit(inception_model()))
    other = make_exhibit(other_model())
    names = tuple("abcde")
    other = replace(other, examples=replace(other.examples, classes=names))
    with pytest.raises(ProjectError, match=r"tells apart a, b, c, d, e, expected"):
        place_beside(exhibit, other)


def test_what_the_lab_cannot_move_is_refused() -> None:
    """Of a number that is no class, of a list that is no picture."""
    exhibit = make_exhibit(lenet_model())
    number = replace(exhibit.examples, task="regression")
    with pytest.raises(ProjectError, match="nothing can be shown beside it"):
        place_beside(replace(exhibit, examples=number), exhibit)
    with pytest.raises(ProjectError, match=r"got 3 x 12 x 1 of int8, "):
        place_beside(make_exhibit(mean_model(3)), exhibit)


def test_without_one_nothing_is_carried() -> None:
    """Nor test images where nobody knows what is right."""
    exhibit = make_exhibit(lenet_model())
    assert gather_beside(exhibit) == {}
    assert gather_fair(exhibit) == {}


def test_images_to_count_by_are_picked_by_nobody() -> None:
    """Evenly over the test set, as many as there is room for."""
    exhibit = make_exhibit(lenet_model())
    images = np.random.default_rng(2).integers(0, 256, (900, 12, 12, 1), np.uint8)
    labels = np.arange(900) % 5
    test = SimpleNamespace(images=images, labels=labels)
    project = SimpleNamespace(model=SimpleNamespace(input_scaling=UNIT))
    made: Any = SimpleNamespace(dataset=SimpleNamespace(test=test), project=project)
    found = gather_fair(replace(exhibit, made=made))
    told = json.loads(found["fair"])["labels"]
    rows = np.frombuffer(found["fair-inputs"], np.int8).reshape(len(told), -1)
    chosen = np.linspace(0, 899, SIZE).round().astype(int)
    assert told == labels[chosen].tolist()
    assert len(found["fair-inputs"]) <= MOST_BYTES
    assert (rows.astype(int) + 128 == images[chosen].reshape(SIZE, -1)).all()


def test_augmentation_in_words() -> None:
    """As tinycnn.toml names it."""
    assert tell_augmentation(AugmentSettings()) == "nothing"
    settings = AugmentSettings(flip=True, shift=1 / 14, rotate=20)
    assert tell_augmentation(settings) == "flip, shift 0.071, rotate 20"


@pytest.mark.external
def test_both_answer_and_are_counted(
    pair: Exhibit, open_file: OpenFile, tmp_path: Path
) -> None:
    """As the references do; the link has what is moved; a planted byte is told."""
    pieces = gather_pieces(pair, Log())
    wrong = bytearray(pieces["beside-outputs"])
    wrong[16] ^= 1
    planted = {**pieces, "beside-outputs": bytes(wrong)}
    for name, shown, said in (("bad", planted, "11 of 12"), ("good", pieces, "12 of")):
        path = tmp_path / f"{name}.html"
        path.write_text(render_page("two", shown), "utf-8")
        page = open_file(path, "#view=lab&bench=buys&change=slant")
        page.wait_for_selector("text=Beside it")
        assert said in page.inner_text("[aria-label=Moving]")

    page.wait_for_function(
        "() => !document.querySelector('.lab-right').innerText.includes('counted')"
        " && document.querySelectorAll('.lab-right polyline').length === 2"
    )
    shares = [
        np.mean(np.array(answers_of(model, pair)) == LABELS)
        for model in (lenet_model(), other_model())
    ]
    own, other = (f"{100 * share:.0f} %" for share in shares)
    curve = page.get_by_role("img", name="As they were")
    expected = f"As they were: this network {own}, another {other}"
    assert curve.get_attribute("aria-label") == expected
    verdicts = page.locator(".lab-verdicts li")
    assert verdicts.count() == 2
    slider = page.get_by_label("Shear")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert "warp=0%2C0%2C0%2C1%2C3" in page.url
    page.goto(page.url.replace("C1%2C3", "C1%2C40"))
    assert slider.input_value() == "40"


def test_it_is_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a lone file, too; a page without a model has none."""
    explained: list[Exhibit] = []

    def note(exhibit: Exhibit, _: object) -> str:
        explained.append(exhibit)
        return "a \u2212 b"

    def open_file(path: Path, **_: object) -> Exhibit:
        return make_exhibit(path.read_bytes())

    monkeypatch.setattr("tinycnn.explorer.explain", note)
    monkeypatch.setattr("tinycnn.explorer.exhibit_file", open_file)
    monkeypatch.chdir(tmp_path)
    Path("a.tflite").write_bytes(lenet_model())
    Path("b.tflite").write_bytes(other_model())
    run = CliRunner().invoke
    done = run(command, ["a.tflite", "--beside", "b.tflite"])
    assert done.exit_code == 0, done.output
    assert done.output == "wrote explain.html, 7 bytes\n"
    assert Path("explain.html").stat().st_size == 7
    assert explained[0].content == lenet_model()
    assert explained[0].beside is not None
    assert explained[0].beside.content == other_model()
    assert explained[0].beside.title == tmp_path.name
    assert run(command, ["--zoo", "--beside", "b.tflite"]).exit_code == 2

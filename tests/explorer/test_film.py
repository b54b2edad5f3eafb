"""The film of the first layer, from the build folder to the page."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.explorer.conftest import PHONE
from tests.observer import Log
from tests.pipeline.pretend import pretend_project
from tinycnn.artifacts import Film
from tinycnn.explorer import exhibit_project, explain
from tinycnn.explorer.learned.film import describe_film
from tinycnn.explorer.learned.gather import gather_learned
from tinycnn.pipeline import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Page

SHAPE = (3, 3, 3, 8)


def _frames() -> NDArray[np.float16]:
    return np.random.default_rng(4).normal(0, 1, (3, *SHAPE)).astype("<f2")


def _encode(frames: NDArray[np.float16]) -> str:
    return base64.b64encode(frames.tobytes()).decode()


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A project whose training kept three frames."""
    workspace = pretend_project(tmp_path_factory.mktemp("filmed"))
    workspace.build.film.write(Film((0, 2, 4), SHAPE, _encode(_frames())))
    return workspace


def test_frames_are_those_of_training(filmed: Workspace) -> None:
    """Filter by filter, within half a step."""
    pieces = gather_learned(exhibit_project(filmed), Log())
    told = json.loads(pieces["learned"])["film"]
    assert (told["epochs"], told["filters"]) == ([0, 2, 4], 8)
    assert told["side"] == [3, 3, 3]
    held = np.frombuffer(pieces["learned-film"], np.int8).reshape(3, 8, 3, 3, 3)
    expected = _frames().astype(np.float64).transpose(0, 4, 1, 2, 3)
    assert np.abs(held * told["step"] - expected).max() <= told["step"] * 0.501


@pytest.mark.parametrize(
    "broken",
    [
        Film((0, 1), SHAPE, "AAAA"),
        Film((0,), SHAPE, "no base64"),
        Film((0,), (2,), _encode(_frames())[:8]),
        Film((), SHAPE, ""),
    ],
)
def test_a_broken_film_is_none(filmed: Workspace, broken: Film) -> None:
    """It says how to get one, as where there is none."""
    exhibit = exhibit_project(filmed)
    good = filmed.build.film.read()
    filmed.build.film.write(broken)
    found = describe_film(exhibit)
    filmed.build.film.write(good)
    assert found == (None, b"")


@pytest.mark.external
def test_a_film_is_played(
    open_file: Callable[..., Page], filmed: Workspace, tmp_path: Path
) -> None:
    """By steps and by itself, when it is told to; filters and maps change."""
    path = tmp_path / "film.html"
    path.write_text(explain(exhibit_project(filmed), Log()), "utf-8")
    page = open_file(path, "#view=learned", size=PHONE, reduced_motion="reduce")
    page.wait_for_selector(".film")
    assert page.locator(".film li").count() == 8
    told = page.locator(".frame")
    assert told.inner_text().startswith("After epoch 4 of 4")
    shown = "[...document.querySelectorAll('.film canvas')].map(c => c.toDataURL())"
    last = page.evaluate(shown)
    page.get_by_role("button", name="Back").click()
    assert told.inner_text().startswith("After epoch 2 of 4")
    before = page.evaluate(shown)
    assert all(a != b for a, b in zip(before, last, strict=True))
    page.get_by_label("Epochs of training: step").focus()
    page.keyboard.press("Home")
    assert told.inner_text().startswith("Before the first epoch")
    page.get_by_role("button", name="Play").click()
    told.get_by_text("After epoch 4").wait_for()
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]

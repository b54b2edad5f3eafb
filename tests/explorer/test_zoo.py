"""The architectures side by side: what is shown is what the compiler says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.command import tinycnn
from tests.explorer.conftest import DESKTOP, PHONE
from tinycnn.explorer import explain_zoo
from tinycnn.explorer.zoo import describe_zoo
from tinycnn.families import FAMILIES
from tools.architectures import describe_network

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenFile = Callable[..., "Page"]


def family(name: str) -> dict[str, Any]:
    """One of the page's."""
    return next(f for f in describe_zoo()["families"] if f["name"] == name)


def test_every_family_is_there_in_the_order_of_years() -> None:
    """LeNet-5 first, what has no paper last."""
    families = describe_zoo()["families"]
    trained = {name for name, family in FAMILIES.items() if not family.is_given}
    assert {f["name"] for f in families} == trained
    years = [f["paper"]["year"] for f in families if f["paper"]]
    assert years == sorted(years)
    assert families[0]["name"] == "lenet5"
    assert families[-1]["paper"] is None


def test_layers_are_joined_by_their_places() -> None:
    """Each takes from those before it; a residual network has two ways."""
    for found in describe_zoo()["families"]:
        for place, layer in enumerate(found["layers"]):
            assert all(0 <= source < place for source in layer["from"])
    assert any(len(layer["from"]) == 2 for layer in family("resnet")["layers"])


def test_lenet_has_the_parameters_of_the_lectures() -> None:
    """Layer by layer, and in all."""
    found = family("lenet5")
    counts = [layer["parameters"] for layer in found["layers"] if layer["parameters"]]
    assert counts == [156, 2416, 48120, 10164, 850]
    assert found["parameters"] == 61706


@pytest.mark.train
def test_what_is_kept_is_what_is_computed() -> None:
    """The file is renewed by `python -m tools.architectures`."""
    known = {k: v for k, v in family("lenet5").items() if k in describe_network_keys()}
    assert describe_network("lenet5") == known


def describe_network_keys() -> set[str]:
    """What the tool writes of a network."""
    return set(family("lenet5")) - {"name", "idea", "source", "paper"}


def test_the_command_writes_it(tmp_path: Path) -> None:
    """Without TensorFlow, and without a model."""
    done = tinycnn("explain", "--zoo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "explain.html").read_text("utf-8") == explain_zoo()
    refused = tinycnn("explain", "net.tflite", "--zoo", cwd=tmp_path)
    assert refused.returncode == 2


@pytest.mark.external
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_measures_are_compared(
    size: tuple[int, int], open_file: OpenFile, tmp_path: Path
) -> None:
    """The choice is in the address; nothing is wider than the page."""
    path = tmp_path / "zoo.html"
    path.write_text(explain_zoo(), "utf-8")
    page = open_file(path, "#view=zoo&measure=parameters", size=size)
    row = page.locator(".bars tr", has_text="lenet5")
    assert "61.7" in row.inner_text()
    page.get_by_label("Flash").check()
    assert page.url.endswith("measure=flash_bytes")
    assert "B" in row.inner_text()
    assert page.evaluate("() => document.body.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Course").click()
    page.get_by_role("link", name="Kernels", exact=True).click()
    page.get_by_role("heading", name="Kernels").wait_for()
    assert page.evaluate("() => document.body.scrollWidth <= window.innerWidth")

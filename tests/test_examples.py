"""What a docstring shows is what happens."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def list_modules() -> list[str]:
    """Those with an example in a docstring."""
    paths = sorted((ROOT / "tinycnn").rglob("*.py"))
    shown = (path for path in paths if ">>> " in path.read_text("utf-8"))
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in shown)
    return [name.removesuffix(".__init__") for name in names]


def mark(name: str) -> object:
    """What training's modules import is TensorFlow."""
    trains = name.startswith("tinycnn.training.")
    return pytest.param(name, marks=[pytest.mark.train] if trains else [])


@pytest.mark.parametrize("name", [mark(name) for name in list_modules()])
def test_an_example_shows_what_happens(name: str) -> None:
    """To the letter."""
    found = doctest.testmod(importlib.import_module(name))

    assert found.attempted > 0
    assert found.failed == 0

"""What every test may need: tools that are not everywhere, and which warnings pass."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterable
from typing import NoReturn

import pytest

__all__ = ["pytest_collection_modifyitems", "require_module", "require_tool"]


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """A warning fails a test, but not one that trains: TensorFlow's are its own."""
    for item in items:
        if item.get_closest_marker("train"):
            item.add_marker(pytest.mark.filterwarnings("default"))


def require_tool(name: str) -> str:
    """Path of a tool from outside the Python index; the test skips without it.

    Where CI is set nothing may skip, so there a missing tool is a failure.
    """
    path = shutil.which(name)
    if path is None:
        fail_or_skip(f"{name} is not installed")
    return path


def require_module(name: str) -> None:
    """Skip the test without a Python package that not every system has."""
    if importlib.util.find_spec(name) is None:
        fail_or_skip(f"{name} is not installed")


def fail_or_skip(reason: str) -> NoReturn:
    """Skip the test; where CI is set it fails."""
    report = pytest.fail if os.environ.get("CI") else pytest.skip
    report(reason)

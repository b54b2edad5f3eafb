"""What every test may need: tools that are not everywhere, and which warnings pass."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterable, Iterator
from typing import NoReturn

import pytest

from tests.compiled_once import compiling_anew, compiling_once

__all__ = [
    "compile_anew",
    "compile_once",
    "pytest_collection_modifyitems",
    "require_module",
    "require_tool",
]


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """A warning fails a test, but not one that trains: TensorFlow's are its own."""
    for item in items:
        if item.get_closest_marker("train"):
            item.add_marker(pytest.mark.filterwarnings("default"))


@pytest.fixture(scope="session", autouse=True)
def compile_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Equal calls of a compiler share one result, among the processes of a run too."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent  # the run's, whose folders are the workers'
    kept = folder / "compiled"
    kept.mkdir(exist_ok=True)
    with compiling_once(kept):
        yield


@pytest.fixture
def compile_anew(compile_once: None) -> Iterator[None]:
    """For a test of what compilers do, which a kept result would answer."""
    with compiling_anew():
        yield


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
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)

import importlib.util
import os
import shutil

import pytest


def require_tool(name):
    """Path of a tool from outside the Python index; the test skips without it.

    Where CI is set nothing may skip, so there a missing tool is a failure.
    """
    path = shutil.which(name)
    if path is None:
        report = pytest.fail if os.environ.get("CI") else pytest.skip
        report(f"{name} is not installed")
    return path


def require_module(name):
    """Skip the test without a Python package that not every system has."""
    if importlib.util.find_spec(name) is None:
        report = pytest.fail if os.environ.get("CI") else pytest.skip
        report(f"{name} is not installed")

"""Texts of projects, and what is said of a wrong one."""

from __future__ import annotations

import re

import pytest

from tinycnn.errors import ProjectError
from tinycnn.project import parse_project

__all__ = ["FRAME", "MINIMAL", "problem_of", "problems_of"]

MINIMAL = """
name = "demo"
[dataset]
name = "digits"
[model]
name = "tiny_cnn"
"""

FRAME = 'frame = { width = 96, height = 64, pixels = "rgb565" }'


def problems_of(text: str) -> list[str]:
    """All that is wrong with a project, a line each; exit code 2."""
    with pytest.raises(ProjectError) as caught:
        parse_project(text)
    assert caught.value.exit_code == 2
    return str(caught.value).split("\n")


def problem_of(text: str) -> str:
    """The only thing that is wrong with a project, without line and column."""
    (message,) = problems_of(text)
    return re.sub(r"^tinycnn\.toml:\d+:\d+:", "tinycnn.toml:", message)

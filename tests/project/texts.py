"""Texts of projects, and what is said of a wrong one."""

from __future__ import annotations

import pytest

from tinycnn.errors import ProjectError
from tinycnn.project import parse_project

__all__ = ["FRAME", "MINIMAL", "problem_of"]

MINIMAL = """
name = "demo"
[dataset]
name = "digits"
[model]
name = "tiny_cnn"
"""

FRAME = 'frame = { width = 96, height = 64, pixels = "rgb565" }'


def problem_of(text: str) -> str:
    """The message of what is wrong with a project: one line, exit code 2."""
    with pytest.raises(ProjectError) as caught:
        parse_project(text)
    assert caught.value.exit_code == 2
    message = str(caught.value)
    assert "\n" not in message
    return message

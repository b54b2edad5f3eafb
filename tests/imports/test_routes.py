"""Which route a file takes is told by its content."""

from __future__ import annotations

from pathlib import Path

import pytest

from tinycnn.errors import ProjectError, UnsupportedModelError
from tinycnn.imports import Source, Wishes, open_source, read_source


@pytest.mark.parametrize(
    ("data", "got"),
    [
        (b"", "an empty file"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
        (b"hello", "text"),
    ],
)
def test_what_is_no_network_is_called_what_it_is(data: bytes, got: str) -> None:
    """Whatever its name says."""
    with pytest.raises(UnsupportedModelError) as caught:
        read_source(Source("net.tflite", data), Wishes())

    assert str(caught.value) == f"net.tflite: expected a network, got {got}"


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    """With the path that was given."""
    with pytest.raises(ProjectError, match=r"no\.tflite: cannot be read: No such"):
        open_source(tmp_path / "no.tflite")

"""Environments of converters: which Python makes them, and what fails is one line."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tinycnn.errors import ToolchainError, UnsupportedModelError
from tinycnn.imports import environments
from tinycnn.imports.environments import ENVIRONMENTS, Environment, convert_in, set_up

HERE = sys.version_info[:2]
EMPTY = Environment("none", "it needs nothing", (), (HERE,), "convert_none.py")
needs_posix = pytest.mark.skipif(os.name == "nt", reason="writes programs of sh")


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A user's cache that is empty."""
    monkeypatch.setattr(
        environments, "user_cache_path", lambda name: tmp_path / "cache"
    )
    return tmp_path / "cache"


def program(path: Path, text: str) -> Path:
    """A program of sh."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@needs_posix
def test_a_python_that_does_not_start_is_passed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As a shim of a version that is not installed; the next one is tried."""
    program(tmp_path / "shims/python3.99", "echo not installed >&2; exit 127")
    good = program(tmp_path / "pyenv/versions/3.99.1/bin/python", "echo 3 99")
    monkeypatch.setenv("PATH", str(tmp_path / "shims"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))

    found = environments._find_python(replace(EMPTY, versions=((3, 99),)))

    assert found == good


def test_no_python_is_told() -> None:
    """With what to install."""
    text = (
        "^environment 'onnx': expected Python 3.98 or 3.99 with venv, found none that "
        "starts$"
    )
    environment = replace(ENVIRONMENTS["onnx"], versions=((3, 98), (3, 99)))

    with pytest.raises(ToolchainError, match=text) as caught:
        set_up(environment, print)

    assert str(caught.value.hint).startswith("install Python 3.98 (")


@needs_posix
def test_pip_that_fails_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cache: Path
) -> None:
    """And its reason is the message."""
    make = f'mkdir -p "$3/bin"; cp {tmp_path}/pip "$3/bin/python"'
    program(tmp_path / "pip", "echo 'ERROR: No matching distribution' >&2; exit 1")
    python = f'case "$2" in venv) {make};; *) echo 3 99;; esac'
    program(tmp_path / "bin/python3.99", python)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    environment = replace(EMPTY, versions=((3, 99),), packages=("nothing",))

    with pytest.raises(ToolchainError, match="pip failed: ERROR: No matching distr"):
        set_up(environment, print)

    assert not environment.folder.exists()


@needs_posix
def test_a_script_that_fails_is_one_line(tmp_path: Path) -> None:
    """The last that it printed."""
    environment = replace(EMPTY, packages=("tool==1",))
    program(environment.python, "echo chatter; echo 'no Det' >&2; exit 1")
    (environment.folder / "tinycnn-ready").write_text("")

    with pytest.raises(UnsupportedModelError) as caught:
        convert_in(environment, tmp_path / "net.onnx", "net")

    assert str(caught.value) == "net: tool==1 cannot convert it: no Det"


@needs_posix
def test_files_of_a_script_come_back(tmp_path: Path) -> None:
    """By their names; folders are the script's own."""
    environment = replace(EMPTY, packages=("tool==1",))
    program(environment.python, 'mkdir "$4/out"; printf made > "$4/net.tflite"')
    (environment.folder / "tinycnn-ready").write_text("")
    told: list[str] = []

    set_up(environment, told.append)
    found = convert_in(environment, tmp_path / "net.onnx", "net")

    assert told == [f"none: ready in {environment.folder}"]
    assert found == {"net.tflite": b"made"}

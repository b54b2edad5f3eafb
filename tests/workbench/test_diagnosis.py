"""A board that makes a mistake is validated, and the mistake is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.cli.command import tinycnn
from tests.device.fake_board import Line, served
from tests.harness.mistaken import (
    SHAPE,
    Rows,
    make_pictures,
    picture_model,
    run_reference,
)
from tests.harness.mistaken_board import MistakenBoard
from tinycnn.harness import diagnose
from tinycnn.reference import load_reference
from tinycnn.workbench import diagnosis, file


def run(row: Rows) -> Rows:
    """What correct firmware answers."""
    return run_reference(picture_model(), "litert", row)


def mirrored(row: Rows, runs: int) -> Rows:
    """The camera is mounted the wrong way round."""
    return run(np.ascontiguousarray(row.reshape(-1, *SHAPE)[:, :, ::-1]).reshape(1, -1))


def overlapped(row: Rows, runs: int) -> Rows:
    """What an earlier run left in the arena is added to the answer."""
    return run(row) + np.int8(runs % 3)


def uncleared(row: Rows, runs: int) -> Rows:
    """Only the first run reads memory that nobody has written."""
    return run(row) + np.int8(runs == 0)


def broken(row: Rows, runs: int) -> Rows:
    """A bit of the answer is always set, by whatever."""
    return run(row) | np.int8(1)


def run_in_process(model: bytes, rows: Rows, *, reference: str) -> Rows:
    """A reference without a process of its own."""
    return run_reference(model, reference, rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The model and pictures for it."""
    (tmp_path / "net.tflite").write_bytes(picture_model())
    np.save(tmp_path / "pictures.npy", make_pictures(24).reshape(24, *SHAPE))
    return tmp_path


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """References run without processes of their own, whose start takes most time."""
    monkeypatch.setattr(diagnosis, "run_isolated", run_in_process)
    monkeypatch.setattr(file, "load_isolated_reference", load_reference)


def validate(folder: Path, answer: Callable[[Rows, int], Rows], *more: str) -> str:
    """What the command prints of such a board."""
    with served(Line(MistakenBoard(compute=answer))) as url:
        done = tinycnn(
            *("validate", "net.tflite", "--port", url),
            *("--inputs", "pictures.npy", *more),
            cwd=folder,
        )
    assert done.returncode == (0 if "PASS" in done.stdout else 1), done.stderr
    return done.stdout


def test_the_verdict_names_the_mistake(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With references in processes of their own, however slowly these start."""
    monkeypatch.setattr(diagnosis, "diagnose", partial(diagnose, budget_s=100))
    printed = validate(folder, mirrored).splitlines()

    place = printed.index(
        "cause: mirrored: explains 24 of 24 differing images that were replayed"
    )
    assert printed[place - 1].startswith("FAIL: 0 of 24 images equal")
    assert printed[place + 1].startswith("hint: left is right: check how the camera")


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (overlapped, "answers depend on earlier images"),
        (uncleared, "first answer after the start"),
    ],
)
def test_memory_of_earlier_images_is_found(
    folder: Path,
    answer: Callable[[Rows, int], Rows],
    name: str,
    in_process: None,
) -> None:
    """By sending some images again."""
    found = json.loads(validate(folder, answer, "--json"))["diagnosis"]

    assert [e["name"] for e in found["explanations"]] == [name]


def test_what_nothing_explains_is_called_unexplained(
    folder: Path, in_process: None
) -> None:
    """A fault that no mistake makes, and that no memory makes either."""
    assert "cause: unexplained by " in validate(folder, broken)


def test_a_right_board_needs_no_diagnosis(folder: Path, in_process: None) -> None:
    """Nothing is said of causes."""
    printed = validate(folder, lambda row, runs: run(row))

    assert "PASS: 24 of 24" in printed
    assert "cause" not in printed

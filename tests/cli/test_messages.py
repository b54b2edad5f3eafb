"""What is said of likely mistakes: subject, expected, got, and a remedy that is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import residual_model
from tests.pipeline.pretend import pretend_build

NO_PROJECT = "expected a project, a folder with tinycnn.toml"
NO_NPY = "expected a whole .npy file of numbers, got something else"
NO_DATA = "expected a table of pictures in "
PROJECT_HINT = "give the project's folder; `tinycnn init` makes one"
MODEL_HINT = "analyze, compile, profile and validate are what takes a .tflite file"
NPY_HINT = "save an array with numpy.save"
DATA_HINT = "a table has a column of files and one called label"

CASES = [
    ("build net.tflite", NO_PROJECT, MODEL_HINT),
    ("flash net.tflite", NO_PROJECT, MODEL_HINT),
    ("report text.txt", NO_PROJECT, PROJECT_HINT),
    ("classify bad.png bad.png", NO_PROJECT, PROJECT_HINT),
    ("classify demo no.png", "no.png: there is no such file", "check the path"),
    ("classify demo bad.png", "bad.png: not a readable ", "replace the file: save"),
    (
        "classify demo empty",
        "empty: not a readable ",
        "replace the file: save the pict",
    ),
    (
        "validate net.tflite --inputs no.npy",
        "no.npy: cannot be read: No such file or directory",
        NPY_HINT,
    ),
    ("validate net.tflite --inputs text.txt", NO_NPY, NPY_HINT),
    ("validate net.tflite --inputs arrays.npz", NO_NPY, NPY_HINT),
    ("validate net.tflite --inputs cut.npy", NO_NPY, NPY_HINT),
    ("validate net.tflite --inputs objects.npy", NO_NPY, NPY_HINT),
    (
        "validate net.tflite --inputs empty",
        "empty: cannot be read: expected a file, got a folder",
        NPY_HINT,
    ),
    ("datasets show text.txt", NO_DATA, DATA_HINT),
    ("init other --dataset text.txt", NO_DATA, DATA_HINT),
    ("init text.txt", "name 'text.txt': is a file", "choose another name"),
    (
        "datasets show digits -o empty",
        "empty: Is a directory",
        "choose another file for the picture",
    ),
    (
        "models show net.py",
        "not known",
        "name the function in it, too, as net.py",
    ),
    ("models show net.tflite", "not known", "tinycnn analyze net.tflite tells what"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built project, a model, and files that are neither."""
    folder = tmp_path_factory.mktemp("mistakes")
    tinycnn("init", "demo", cwd=folder)
    pretend_build(folder / "demo", residual_model())
    (folder / "net.tflite").write_bytes(residual_model())
    (folder / "text.txt").write_text("hello\n")
    (folder / "bad.png").write_bytes(b"\x89PNG")
    (folder / "empty").mkdir()
    np.savez(folder / "arrays.npz", x=np.zeros(3))
    np.save(folder / "objects.npy", np.array([None]), allow_pickle=True)
    np.save(folder / "cut.npy", np.zeros(100))
    (folder / "cut.npy").write_bytes((folder / "cut.npy").read_bytes()[:300])
    return folder


@pytest.mark.parametrize(("command", "message", "hint"), CASES)
def test_a_mistake_is_told_with_its_remedy(
    command: str, message: str, hint: str, folder: Path
) -> None:
    """In two lines, and the advice fits what was done."""
    done = tinycnn(*command.split(), cwd=folder)
    error, advice = done.stderr.splitlines()

    assert done.returncode in (2, 3)
    assert error.startswith("error: ")
    assert message in error
    assert advice.startswith(f"hint: {hint}")
    assert not (folder / "other").exists()


def test_all_bad_pictures_are_told_before_a_device_is_asked(folder: Path) -> None:
    """A line each."""
    done = tinycnn("classify", "demo", "no.png", "bad.png", cwd=folder)

    lines = done.stderr.splitlines()
    assert [line.partition(".png")[0] for line in lines[:2]] == [
        "error: no",
        "error: bad",
    ]
    assert lines[2].startswith("hint: ")

"""Damaged files of a build folder: one line that names the file and what to do."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.artifacts.damages import COMMANDS, check_command, damage
from tests.observer import Log
from tests.pipeline.pretend import pretend_project
from tests.pipeline.test_stages import write_text
from tinycnn.artifacts import BuildFolder, Inputs, JsonFile
from tinycnn.errors import InvalidModelError
from tinycnn.pipeline.stages import StageRunner
from tinycnn.training.checkpoint import Checkpoint
from tinycnn.training.weights import read_weights, write_arrays

CASES = 60  # tools.fuzz_build does as many as you like, on a project that was built


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was built, as far as one can see."""
    folder = tmp_path_factory.mktemp("built") / "demo"
    folder.mkdir()
    pretend_project(folder)
    return folder


@pytest.mark.parametrize("seed", range(CASES))
def test_damage_is_one_line(built: Path, seed: int, tmp_path: Path) -> None:
    """Whatever was damaged, whoever reads it; nothing hangs."""
    folder = tmp_path / "demo"
    shutil.copytree(built, folder)
    chance = random.Random(seed)
    path = chance.choice(sorted((folder / "build").iterdir()))
    damage(path, seed)
    command = chance.choice(COMMANDS)

    assert check_command(command, folder, path, is_built=False) == ""


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("name", ["a.txt", "sub", "stages.json"])
def test_a_second_run_repairs(name: str, seed: int, tmp_path: Path) -> None:
    """Whatever lies where an output belongs, a folder and a pipe, too."""
    runner = StageRunner(BuildFolder(tmp_path / "build"), Log())
    runner.run("s", Inputs(), write_text("one"))
    output = tmp_path / "build" / name
    if output.is_dir():
        shutil.rmtree(output)
        output.write_text("a file")
    damage(output, seed)
    runner.run("s", Inputs(), write_text("one"))

    folder = tmp_path / "build"
    assert (folder / "a.txt").read_text() == "one"
    assert (folder / "sub" / "b.txt").read_text() == "one"
    assert set(runner.build.records.read()) == {"s"}
    assert {path.name for path in folder.iterdir()} == {"a.txt", "sub", "stages.json"}


@pytest.mark.parametrize("seed", range(40))
def test_damaged_weights_are_one_line(seed: int, tmp_path: Path) -> None:
    """A training that was stopped starts anew; what is needed is named."""
    path = tmp_path / "float.npz"
    write_arrays(path, {"weight_0000": [[1.0, 2.0]], "facts": "[]"})
    damage(path, seed)

    assert Checkpoint(path, "key").load() is None
    with pytest.raises(InvalidModelError, match=r"float\.npz: expected") as caught:
        read_weights(path)
    assert caught.value.hint == "delete it and run tinycnn build"


def test_a_file_that_never_ends_is_not_read(tmp_path: Path) -> None:
    """Not as JSON either."""
    path = tmp_path / "float.json"
    path.symlink_to("/dev/zero")

    assert JsonFile[int](path, int).read_if_there() is None

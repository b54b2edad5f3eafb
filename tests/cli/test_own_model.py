"""The user's own code: which commands run it, and that no others do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import residual_model
from tests.pipeline.pretend import pretend_build

# It leaves a mark where it is run.
MODEL = """\
from pathlib import Path

Path("{mark}").touch()


def build(*, input_shape, classes):
    raise RuntimeError("far enough")
"""
RUNNING = ("train", "convert", "build", "analyze")
RUNS = (*(f"{name} demo" for name in RUNNING), "models show demo/my_model.py:build")
OTHERS = (
    "validate demo",
    "validate demo --device host",
    "validate demo --frames",
    "profile demo",
    "report demo",
    "flash demo --dry-run",
    "classify demo picture.png",
    "datasets show demo",
    "doctor",
    "boards",
    "models",
    "datasets",
    "init demo",
    "init other",
    "compile demo/build/model.tflite -o c",
    "train --help",
)


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """Where the own model of the project `demo` leaves its mark."""
    tinycnn("init", "demo", cwd=tmp_path)
    file = tmp_path / "demo/tinycnn.toml"
    family = 'name = "tiny_cnn"\nwidth = 1.0'
    assert family in file.read_text()
    text = file.read_text().replace(family, 'build = "my_model.py:build"')
    file.write_text(text)
    found = tmp_path / "mark"
    own = MODEL.format(mark=found.as_posix())
    (tmp_path / "demo/my_model.py").write_text(own)
    return found


@pytest.mark.parametrize("command", OTHERS)
@pytest.mark.parametrize("is_built", [False, True], ids=["new", "built"])
def test_no_other_command_runs_a_model_of_the_users(
    command: str, is_built: bool, mark: Path
) -> None:
    """Whatever comes of it otherwise."""
    folder = mark.parent
    if is_built:
        pretend_build(folder / "demo", residual_model())

    tinycnn(*command.split(), cwd=folder)

    assert not mark.exists()


def test_a_built_project_is_analysed_without_it(mark: Path) -> None:
    """Its `.tflite` says all."""
    pretend_build(mark.parent / "demo", residual_model())

    done = tinycnn("analyze", "demo", cwd=mark.parent)

    assert done.returncode == 0, done.stderr
    assert not mark.exists()


@pytest.mark.train
@pytest.mark.parametrize(
    "command",
    [*(f"{name} demo" for name in RUNNING), "models show demo/my_model.py:build"],
)
def test_commands_that_run_it_say_what_it_did(command: str, mark: Path) -> None:
    """And the error is the user's, with its file."""
    done = tinycnn(*command.split(), cwd=mark.parent)

    assert mark.exists(), done.stderr
    assert done.returncode == 2
    assert "my_model.py:build': failed with RuntimeError: far enough" in done.stderr


@pytest.mark.parametrize("command", [*RUNNING, "models show"])
def test_the_help_of_a_command_that_runs_it_says_so(
    command: str, tmp_path: Path
) -> None:
    """Nobody is surprised."""
    done = tinycnn(*command.split(), "--help", cwd=tmp_path)

    assert "a model of your own (my_model.py) is run" in " ".join(
        done.stdout.lower().split()
    )

"""A finished `.tflite` becomes a project, and what it takes is told by its input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cli.command import Done, tinycnn
from tests.compiler.models import conv_model, image_model, two_sided_model
from tests.observer import Log
from tinycnn.artifacts import BuildFolder
from tinycnn.pipeline import convert_project, open_workspace
from tinycnn.project import load_project

SHAPE = (24, 32, 1)


def save_images(path: Path, classes: int = 4, shape: tuple[int, ...] = SHAPE) -> Path:
    """An archive of random images, ten a class."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(classes), 10)
    images = rng.integers(0, 256, (len(labels), *shape), np.uint8)
    np.savez(path, images=images, labels=labels)
    return path


def take(model: bytes, folder: Path, *options: object, classes: int = 4) -> Done:
    """Runs the command on a file of this model and an archive of images."""
    (folder / "net.tflite").write_bytes(model)
    data = save_images(folder / "data.npz", classes)
    return tinycnn(
        *("import", "net.tflite", "-o", "taken", "--data", data, *options), cwd=folder
    )


def test_it_becomes_a_project_that_needs_no_training(tmp_path: Path) -> None:
    """Its file is in the project, and the build begins with it."""
    done = take(image_model(1), tmp_path)

    assert done.returncode == 0, done.stderr
    assert "pixels: 0..1, its input is 0 to 1" in done.stdout
    assert "accuracy in int8: " in done.stdout
    project = load_project(tmp_path / "taken")
    assert (project.model.file, project.training.epochs) == ("net.tflite", 0)
    assert (tmp_path / "taken/net.tflite").read_bytes() == image_model(1)
    assert BuildFolder.of(tmp_path / "taken").model.read_bytes() == image_model(1)


def test_pixels_that_are_asked_for_are_written(tmp_path: Path) -> None:
    """Whatever the file looks like."""
    done = take(image_model(1), tmp_path, "--pixels=-1..1")

    assert "pixels: -1..1, as you say" in done.stdout
    assert load_project(tmp_path / "taken").model.input_scaling.mean == (0.5,)


def test_another_file_makes_the_build_old(tmp_path: Path) -> None:
    """As another data set or another network does."""
    take(image_model(1), tmp_path)
    other = image_model(1) + bytes(4)
    (tmp_path / "taken/net.tflite").write_bytes(other)
    log = Log()

    workspace = open_workspace(tmp_path / "taken", observer=log)
    convert_project(workspace)

    assert log.stages == [("convert", False)]
    assert workspace.build.model.read_bytes() == other


def test_it_is_not_trained(tmp_path: Path) -> None:
    """Which is told before anything is done."""
    take(image_model(1), tmp_path)

    done = tinycnn("train", "taken", cwd=tmp_path)

    assert done.returncode == 2
    assert (
        "error: model 'net.tflite': a finished .tflite, which is not trained\n"
        in done.stderr
    )


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (two_sided_model(), "expected 1 input and 1 output, got 2 and 2"),
        (conv_model(), "expected an input of one image, height x width x 1 or 3, got"),
        (image_model(1)[:200], "error: "),
    ],
)
def test_what_takes_no_image_is_refused(
    model: bytes, message: str, tmp_path: Path
) -> None:
    """In a line, and nothing is written."""
    done = take(model, tmp_path)

    assert done.returncode == 3
    assert message in done.stderr
    assert done.stderr.count("\n") == 2
    assert not (tmp_path / "taken").exists()


def test_classes_must_be_as_many_as_outputs(tmp_path: Path) -> None:
    """Else data and network do not belong together."""
    done = take(image_model(1), tmp_path, classes=3)

    assert done.stderr.startswith(
        "error: net.tflite: expected an output for each of 3 classes of the data set, "
        "got 4\n"
    )
    assert not (tmp_path / "taken").exists()


def test_images_must_have_its_shape(tmp_path: Path) -> None:
    """Arrays are not resized."""
    done = take(image_model(1, rows=16), tmp_path)

    assert "expected images of (16, 32, 1), as net.tflite takes, got (24, 32, 1)" in (
        done.stderr
    )


def test_a_folder_that_holds_something_stays_as_it_is(tmp_path: Path) -> None:
    """A project above all."""
    take(image_model(1), tmp_path)
    before = (tmp_path / "taken/tinycnn.toml").read_bytes()

    done = take(image_model(1), tmp_path)

    assert done.stderr.startswith("error: taken/tinycnn.toml: exists already\n")
    assert (tmp_path / "taken/tinycnn.toml").read_bytes() == before


def test_without_data_it_can_be_analyzed(tmp_path: Path) -> None:
    """A build says what is missing."""
    (tmp_path / "net.tflite").write_bytes(image_model(1))

    done = tinycnn("import", "net.tflite", "-o", "taken", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "  tinycnn analyze taken"
    assert tinycnn("analyze", "taken", cwd=tmp_path).returncode == 0
    built = tinycnn("build", "taken", cwd=tmp_path)
    assert "images: expected a folder of images" in built.stderr

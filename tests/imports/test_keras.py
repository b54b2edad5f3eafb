"""A Keras file becomes a project that quantizes it, and may train it on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Done, tinycnn
from tinycnn.artifacts import BuildFolder
from tinycnn.datasets import load_dataset
from tinycnn.project import DatasetSettings, load_project

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of a network that somebody trained on digits of 0 to 255."""
    from tinycnn.models.backend import keras

    data = load_dataset(DatasetSettings(name="digits"), seed=1).train
    keras.utils.set_random_seed(1)
    layers = keras.layers
    model: Any = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Rescaling(1 / 127.5, -1),
            layers.Conv2D(16, 3, padding="same", activation="swish"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(data.images.astype("float32"), data.labels, epochs=6, verbose=0)
    path = tmp_path_factory.mktemp("trained") / "mine.keras"
    model.save(path)
    return path


def take(file: Path, folder: Path, *options: object) -> Done:
    """Runs the command on it, with the digits."""
    return tinycnn("import", file, "-o", ".", "--data", "digits", *options, cwd=folder)


def test_it_is_quantized_and_told_what_it_is_worth(
    trained: Path, tmp_path: Path
) -> None:
    """Where the user stands, too; the file's own first layer tells of pixels."""
    folder = tmp_path / "mine"
    folder.mkdir()

    done = take(trained, folder)

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "pixels: 0..255, its first layer makes them small" in lines
    before, after = (
        float(line.partition(": ")[2].partition("%")[0])
        for line in lines
        if line.startswith("accuracy ")
    )
    assert before > 85
    assert abs(before - after) < 1.5
    project = load_project(folder)
    assert (project.model.file, project.quantization.method) == ("net.keras", "ptq")
    assert BuildFolder.of(folder).model.is_file()


def test_it_is_trained_on_in_int8(trained: Path, tmp_path: Path) -> None:
    """Two words in the project's file; the float weights stay those of the file."""
    folder = tmp_path / "mine"
    folder.mkdir()
    take(trained, folder)
    text = (folder / "tinycnn.toml").read_text()
    text = text.replace('method = "ptq"', 'method = "qat"')
    (folder / "tinycnn.toml").write_text(text.replace("\nepochs = 8", "\nepochs = 1"))

    done = tinycnn("convert", ".", cwd=folder)

    assert done.returncode == 0, done.stderr
    assert "train      up to date" in done.stdout + done.stderr
    assert "quantize 1/1: " in done.stdout + done.stderr


def test_other_classes_are_refused(trained: Path, tmp_path: Path) -> None:
    """Before anything is quantized, and nothing is written."""
    done = tinycnn("import", trained, "-o", "x", "--data", "fashion", cwd=tmp_path)

    assert done.returncode == 2, done.stderr
    assert not (tmp_path / "x").exists()

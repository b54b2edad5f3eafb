"""Two built projects side by side; what was built is deleted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import image_model
from tests.imports.test_int8 import save_images

pytestmark = pytest.mark.emulated
# Of the model's last layer: as they are, and so that the first class never wins.
BIASES = ([0, 6000, 9000, 4000], [-900_000, 6000, 9000, 4000])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two networks that were built of the same images, and one of others."""
    home = tmp_path_factory.mktemp("compared")
    save_images(home / "data.npz")
    old, new = (np.array(row, np.int32).tobytes() for row in BIASES)
    models = {"first": image_model(1), "second": image_model(1).replace(old, new)}
    for name, content in models.items():
        (home / f"{name}.tflite").write_bytes(content)
        file = f"{name}.tflite"
        tinycnn("import", file, "-o", name, "--data", "data.npz", cwd=home)
        built = tinycnn("build", name, cwd=home)
        assert built.returncode == 0, built.stderr
    return home


def test_a_project_beside_itself_is_the_same(folder: Path) -> None:
    """In all."""
    done = tinycnn("compare", "first", "first", cwd=folder)

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1].split()[-2:] == ["+0.00", "points"]
    for line in lines[2:8]:
        assert line.endswith(("same", "-"))
    assert "only first has 0 right, only first 0" in done.stdout
    assert max(map(len, lines)) <= 80


def test_two_networks_differ_where_they_say(folder: Path) -> None:
    """Each image that is answered otherwise is told, in JSON all of them."""
    text = tinycnn("compare", "first", "second", cwd=folder).stdout
    told = json.loads(
        tinycnn("compare", "first", "second", "--json", cwd=folder).stdout
    )

    one, other = told["runs"]
    assert [one["name"], other["name"]] == ["first", "second"]
    gained = round((other["accuracy"] - one["accuracy"]) * told["images"])
    assert told["only"][1] - told["only"][0] == gained
    assert told["changes"]
    first = told["changes"][0]
    assert first["answers"][0] != first["answers"][1]
    shown = f"  image {first['image']}, {first['label']}: "
    assert shown + " -> ".join(first["answers"]) in text


def test_one_that_was_not_built_is_told(folder: Path, tmp_path: Path) -> None:
    """Nothing is compared."""
    tinycnn("init", "new", cwd=folder)

    done = tinycnn("compare", "first", "new", cwd=folder)

    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stdout == ""


def test_what_was_built_is_deleted(folder: Path) -> None:
    """And built again, if that is wanted; the rest stays."""
    done = tinycnn("clean", "second", cwd=folder)
    left = sorted(path.name for path in (folder / "second").iterdir())

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("deleted second/build: ")
    assert left == ["net.tflite", "tinycnn.toml"]
    assert "nothing is there" in tinycnn("clean", "second", cwd=folder).stdout


def test_another_folder_called_build_stays(tmp_path: Path) -> None:
    """It is not known what is in it."""
    tinycnn("init", "demo", cwd=tmp_path)
    (tmp_path / "demo/build").mkdir()
    (tmp_path / "demo/build/thesis.tex").write_text("mine")

    done = tinycnn("clean", "demo", cwd=tmp_path)

    assert done.returncode == 2
    assert "got one that tinycnn did not make" in done.stderr
    assert (tmp_path / "demo/build/thesis.tex").read_text() == "mine"

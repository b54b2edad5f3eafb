"""Labels that are taken for what the project says."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from tinycnn.datasets import Dataset, load_dataset
from tinycnn.errors import DatasetError
from tinycnn.project import DatasetSettings

AGES = np.arange(60) % 12 + 20
MARKS = np.eye(3, dtype=np.int64)[np.arange(60) % 3]


def load(folder: Path, y: Any, task: Any) -> Dataset:
    """What is read of 60 images with labels."""
    np.savez(folder / "data.npz", x=np.arange(60 * 64).reshape(60, 8, 8) % 256, y=y)
    settings = DatasetSettings(path="data.npz", task=task)
    return load_dataset(settings, seed=0, root=folder)


def test_whole_numbers_are_computed_where_that_is_asked(tmp_path: Path) -> None:
    """They would be classes; it is said aloud."""
    dataset = load(tmp_path, AGES, "regression")

    assert dataset.train.labels.shape == (len(dataset.train), 1)
    assert dataset.train.labels.dtype == np.float32
    assert set(dataset.train.labels[:, 0]) <= set(AGES.tolist())
    assert dataset.class_names == ("value",)
    assert any("for regression, as task says" in note for note in dataset.notes)


def test_single_ones_are_several_labels_where_that_is_asked(tmp_path: Path) -> None:
    """No image happens to have two."""
    dataset = load(tmp_path, MARKS, "multi-label")

    assert dataset.train.labels.shape == (len(dataset.train), 3)
    assert dataset.train.labels.dtype == np.int64


@pytest.mark.parametrize(
    ("labels", "task", "message"),
    [
        (
            np.array(["cat", "dog"] * 30),
            "regression",
            "names are no numbers",
        ),
        (AGES + 0.5, "classification", "give one class"),
        (AGES + 0.5, "multi-label", "real numbers are no labels"),
    ],
)
def test_what_labels_cannot_be_is_refused(
    tmp_path: Path, labels: Any, task: str, message: str
) -> None:
    """In one line, with what to do."""
    with pytest.raises(DatasetError, match=f"task: expected labels for {task}") as e:
        load(tmp_path, labels, task)
    assert message in str(e.value.hint)


def test_a_known_data_set_has_its_task() -> None:
    """None of them could be meant otherwise."""
    with pytest.raises(ValidationError, match="task: expected it beside path"):
        DatasetSettings(name="mnist", task="regression")


def test_columns_of_numbers_are_computed(tmp_path: Path) -> None:
    """A table of files and several numbers, each with its name."""
    rows = [(f"{n}.png", n / 7, -n * 1.5) for n in range(40)]
    for name, *_ in rows:
        Image.new("L", (8, 8)).save(tmp_path / name)
    with (tmp_path / "poses.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("file", "angle", "height"), *rows])
    settings = DatasetSettings(path=".", image_size=8)
    dataset = load_dataset(settings, seed=0, root=tmp_path)

    assert dataset.class_names == ("angle", "height")
    assert dataset.train.labels.dtype == np.float32
    assert dataset.train.labels.shape == (len(dataset.train), 2)


CELLS = np.arange(60 * 12).reshape(60, 3, 4) % 5 // 3  # classes 0 and 1


@pytest.mark.parametrize(
    "y", [CELLS, CELLS.astype(np.uint8)[..., None], np.eye(2)[CELLS]]
)
def test_whole_numbers_in_rows_and_columns_are_cells(tmp_path: Path, y: Any) -> None:
    """Of any type, in a last axis of one, or one-hot; class 0 is the background."""
    dataset = load(tmp_path, y, None)

    assert dataset.grid == (3, 4)
    assert dataset.class_names == ("background", "1")
    assert dataset.train.labels.dtype == np.int64
    assert any("a class for each cell of a grid of 3x4" in n for n in dataset.notes)
    assert "'background' 60.0%" in str(dataset.notes)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (CELLS - 1, "got -1 to 0"),
        (CELLS * 255, "got 0 to 255"),
        (CELLS * 0, "got 0 to 0"),
        (CELLS + 0.5, "expected a class for each cell"),
    ],
)
def test_odd_cells_are_refused(tmp_path: Path, y: Any, message: str) -> None:
    """In one line."""
    with pytest.raises(DatasetError, match=message):
        load(tmp_path, y, None)


def test_cells_are_no_classes_of_images(tmp_path: Path) -> None:
    """What is said and what is there must agree."""
    with pytest.raises(DatasetError, match="expected labels for classification"):
        load(tmp_path, CELLS, "classification")

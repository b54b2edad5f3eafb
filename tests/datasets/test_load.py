from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tinycnn.datasets import Dataset, dataset_names, load_dataset
from tinycnn.errors import DatasetError
from tinycnn.project import DatasetSettings


def _sizes(dataset: Dataset) -> list[int]:
    return [len(s) for s in (dataset.train, dataset.validation, dataset.test)]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of 40 RGB images of 6x5 pixels in two classes."""
    rng = np.random.Generator(np.random.PCG64(1))
    x = rng.integers(0, 256, (40, 6, 5, 3), np.uint8)
    np.savez(tmp_path / "data.npz", x=x, y=np.arange(40) % 2)
    return tmp_path / "data.npz"


def test_digits_are_split_by_default_fractions() -> None:
    """70 % to train, 10 % to validate, 20 % to test, every class in each."""
    dataset = load_dataset(DatasetSettings(name="digits"), seed=1)

    assert dataset.name == "digits"
    assert dataset.image_shape == (8, 8, 1)
    assert _sizes(dataset) == [1258, 180, 359]
    for split in (dataset.train, dataset.validation, dataset.test):
        assert set(split.labels.tolist()) == set(range(10))
        assert not split.images.flags.writeable
        assert not split.labels.flags.writeable


def test_digits_do_not_change_between_releases() -> None:
    """The bytes that a fixed seed gives are pinned."""
    dataset = load_dataset(DatasetSettings(name="digits"), seed=1)

    assert dataset.sha256.startswith("f98805de18912462")


def test_the_seed_decides_the_split() -> None:
    """The same seed gives the same data set; another gives another."""
    settings = DatasetSettings(name="digits")
    first, again, other = (
        load_dataset(settings, seed=seed).sha256 for seed in (3, 3, 4)
    )

    assert first == again
    assert first != other


def test_fractions_are_settings(archive: Path) -> None:
    """The project decides how much is held out."""
    settings = DatasetSettings(
        path="data.npz", test_fraction=0.5, validation_fraction=0.25
    )

    dataset = load_dataset(settings, seed=1, root=archive.parent)

    assert _sizes(dataset) == [10, 10, 20]


def test_an_archive_is_found_below_the_project(archive: Path) -> None:
    """A path is relative to the project's folder; the data set has the file's name."""
    settings = DatasetSettings(path="data.npz")

    dataset = load_dataset(settings, seed=1, root=archive.parent)

    assert dataset.name == "data"
    assert dataset.image_shape == (6, 5, 3)


def test_a_path_may_lie_in_a_data_folder(archive: Path, tmp_path: Path) -> None:
    """It is looked for there if the project's folder does not have it."""
    settings = DatasetSettings(path="data.npz")
    (tmp_path / "project").mkdir()

    dataset = load_dataset(
        settings, seed=1, root=tmp_path / "project", folders=[archive.parent]
    )

    assert dataset.name == "data"


def test_a_folder_is_resized_as_the_settings_say(tmp_path: Path) -> None:
    """Images of a folder get the project's size and channels."""
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for i in range(5):
            image = Image.new("RGB", (20, 10), (i, i, i))
            image.save(tmp_path / "pets" / name / f"{i}.png")
    settings = DatasetSettings(path="pets", image_size=8, channels=3)

    dataset = load_dataset(settings, seed=1, root=tmp_path)

    assert dataset.name == "pets"
    assert dataset.class_names == ("cat", "dog")
    assert dataset.image_shape == (8, 8, 3)
    assert _sizes(dataset) == [6, 2, 2]


def test_images_need_not_be_square(tmp_path: Path) -> None:
    """A size of height and width; a table gives its name to the data set."""
    rows = ["file,label"]
    for i in range(20):
        Image.new("RGB", (20, 10), (i, i, i)).save(tmp_path / f"{i}.png")
        rows.append(f"{i}.png,{'ab'[i % 2]}")
    (tmp_path / "pets.csv").write_text("\n".join(rows))
    settings = DatasetSettings(path="pets.csv", image_size=(6, 9), channels=3)

    dataset = load_dataset(settings, seed=1, root=tmp_path)

    assert dataset.name == "pets"
    assert dataset.image_shape == (6, 9, 3)
    assert _sizes(dataset) == [14, 2, 4]


def test_a_published_data_set_comes_from_a_folder(tmp_path: Path) -> None:
    """The folders are searched for `dataset/file`, and the file is verified."""
    path = tmp_path / "mnist" / "train-images-idx3-ubyte.gz"
    path.parent.mkdir()
    path.write_bytes(b"not MNIST")

    with pytest.raises(DatasetError, match=r"idx3-ubyte\.gz: expected sha256 440fcabf"):
        load_dataset(DatasetSettings(name="mnist"), seed=1, folders=[tmp_path])


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("mnits", "mnist"), ("fashion_mnist", "fashion-mnist"), ("Digit", "digits")],
)
def test_an_unknown_name_gets_the_nearest(name: str, nearest: str) -> None:
    """The message names the nearest data set, the hint all of them."""
    with pytest.raises(DatasetError) as caught:
        load_dataset(DatasetSettings(name=name), seed=1)

    assert str(caught.value) == (
        f"data set '{name}': not known, the nearest name is '{nearest}'"
    )
    assert ", ".join(dataset_names()) in str(caught.value.hint)


@pytest.mark.parametrize(
    ("path", "found", "hint"),
    [
        ("nothing", "nothing", "relative to the folder of tinycnn.toml"),
        ("x" * 5000, "nothing", "relative to the folder of tinycnn.toml"),
        ("a.doc", "something else", "a folder of pictures for each class"),
    ],
)
def test_a_path_must_be_a_folder_or_an_archive(
    tmp_path: Path, path: str, found: str, hint: str
) -> None:
    """Whatever else the path is, the message says so."""
    (tmp_path / "a.doc").write_text("")

    with pytest.raises(DatasetError) as caught:
        load_dataset(DatasetSettings(path=path), seed=1, root=tmp_path)

    assert str(caught.value).endswith(
        f"{path}: expected a folder of images, an .npz, .npy or .csv file, got {found}"
    )
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("a.zip", "unpack it and give the folder inside"),
        ("a.parquet", "give the folder that it is in"),
        ("a.h5", "save its images and labels by numpy.savez"),
    ],
)
def test_other_containers_get_a_hint(tmp_path: Path, name: str, hint: str) -> None:
    """How to make of them what is read."""
    (tmp_path / name).write_bytes(b"")

    with pytest.raises(DatasetError) as caught:
        load_dataset(DatasetSettings(path=name), seed=1, root=tmp_path)

    assert hint in str(caught.value.hint)


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    """A named pipe called data.npz is refused without waiting for a writer."""
    os.mkfifo(tmp_path / "data.npz")

    with pytest.raises(DatasetError, match="got something else"):
        load_dataset(DatasetSettings(path="data.npz"), seed=1, root=tmp_path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            DatasetSettings(name="digits", image_size=28),
            "data set 'digits': image_size: expected 8, got 28; its images are 8x8x1",
        ),
        (
            DatasetSettings(name="digits", channels=3),
            "data set 'digits': channels: expected 1, got 3; its images are 8x8x1",
        ),
    ],
)
def test_only_folders_are_resized(settings: DatasetSettings, message: str) -> None:
    """A size that the data set does not have is an error, not silently ignored."""
    with pytest.raises(DatasetError) as caught:
        load_dataset(settings, seed=1)

    assert str(caught.value) == message
    assert "only a folder of images is resized" in str(caught.value.hint)


def test_the_size_that_a_data_set_has_is_accepted() -> None:
    """Writing down the right size is allowed."""
    settings = DatasetSettings(name="digits", image_size=8, channels=1)

    assert load_dataset(settings, seed=1).image_shape == (8, 8, 1)

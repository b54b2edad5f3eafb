from __future__ import annotations

from pathlib import Path

import pytest

from tinycnn.datasets.folder import survey_folder
from tinycnn.errors import DatasetError

READ = ".webp, .gif, .tif, .tiff, .pgm, .ppm, .jfif, .png, .jpg, .jpeg and .bmp"


def _make(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"")
    return root


def _splits(*names: str) -> list[str]:
    """A picture of each of two classes in each split."""
    return [f"{name}/{kind}/1.png" for name in names for kind in ("cat", "dog")]


@pytest.mark.parametrize(
    "names",
    [
        ("train", "val", "test"),
        ("Train", "Validation", "Test"),
        ("training", "valid", "testing"),
        ("TRAINING_SET", "validation-set", "test images"),
        ("seg_train", "dev", "seg_test"),
    ],
)
def test_folders_of_splits_are_the_splits(
    tmp_path: Path, names: tuple[str, str, str]
) -> None:
    """Whatever people call them, and not classes."""
    layout = survey_folder(_make(tmp_path, *_splits(*names)))

    assert layout.class_names == ("cat", "dog")
    assert sorted(layout.parts) == [0, 0, 1, 1, 2, 2]
    for file, label, part in zip(
        layout.files, layout.labels, layout.parts, strict=True
    ):
        assert file.folders == (names[part], ("cat", "dog")[label])
    assert "are taken as the splits they are called" in layout.notes[0]


def test_splits_inside_of_classes_are_splits_too(tmp_path: Path) -> None:
    """`cat/train`, `cat/test`: a mix of both would test on what was trained."""
    paths = [f"{kind}/{s}/1.png" for kind in ("cat", "dog") for s in ("train", "test")]

    layout = survey_folder(_make(tmp_path, *paths))

    assert layout.class_names == ("cat", "dog")
    assert layout.labels == (0, 0, 1, 1)
    assert layout.parts == (2, 0, 2, 0)


def test_folders_inside_of_a_class_belong_to_it(tmp_path: Path) -> None:
    """Sessions of photos, at any depth; a note says so."""
    layout = survey_folder(_make(tmp_path, "cat/1.png", "cat/a/b/2.png", "dog/a/3.png"))

    assert layout.class_names == ("cat", "dog")
    assert layout.labels == (0, 0, 1)
    assert layout.parts == ()
    assert layout.notes == (
        "images in folders inside a class are of that class: 2 (cat/a/b of 'cat')",
    )


def test_a_class_may_be_called_like_a_split(tmp_path: Path) -> None:
    """Trains beside cars, with the pictures directly inside."""
    layout = survey_folder(_make(tmp_path, "car/1.png", "plane/1.png", "train/1.png"))

    assert layout.class_names == ("car", "plane", "train")
    assert layout.parts == ()


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (
            [*_splits("train"), "birds/a/1.png"],
            "expected either splits or classes, got 'train' beside 'birds'",
        ),
        (_splits("test", "val"), "expected a split for training, got 'test' and 'val'"),
        (
            [*_splits("train"), "test/1.png", "test/2.png"],
            "expected class folders in 'test', got images",
        ),
        (
            ["cat/train/1.png", "cat/test/1.png", "dog/1.png"],
            "expected either splits or classes, got 'test' and 'train' beside 'dog'",
        ),
    ],
)
def test_a_layout_of_two_meanings_is_refused(
    tmp_path: Path, paths: list[str], message: str
) -> None:
    """The hint shows the layouts that are understood."""
    with pytest.raises(DatasetError) as caught:
        survey_folder(_make(tmp_path, *paths))

    assert f"{tmp_path}: {message}" in str(caught.value)
    assert "class/picture.png, or train/class/picture.png" in str(caught.value.hint)


def test_a_folder_around_the_folder_is_entered(tmp_path: Path) -> None:
    """As unpacking an archive leaves it; a note says so."""
    layout = survey_folder(_make(tmp_path, "photos/cat/1.png", "photos/dog/1.png"))

    assert layout.class_names == ("cat", "dog")
    assert layout.notes == ("all is read from the one folder inside, 'photos'",)


def test_what_is_not_read_is_counted_by_kind(tmp_path: Path) -> None:
    """Nothing is left out without a word."""
    movies = [f"cat/{n}.MOV" for n in range(12)]

    layout = survey_folder(_make(tmp_path, *movies, "cat/a.png", "cat/b", "dog/a.PNG"))

    assert layout.labels == (0, 1)
    assert layout.notes == (
        "not read: 12 .mov, 1 without a suffix in cat, beside pictures: 1; read are "
        f"{READ}",
    )


def test_a_class_of_nothing_that_is_read_says_what_it_holds(tmp_path: Path) -> None:
    """Not only that it has no images."""
    _make(tmp_path, "cat/1.mov", "cat/2.mov", "cat/a/3.txt", "dog/1.png")

    with pytest.raises(DatasetError) as caught:
        survey_folder(tmp_path)

    assert str(caught.value) == (
        f"{tmp_path / 'cat'}: class 'cat' has no images: 2 .mov, 1 .txt not read"
    )
    assert f"only {READ} files are read" in str(caught.value.hint)


def test_what_systems_leave_behind_is_ignored(tmp_path: Path) -> None:
    """Files and folders that nobody put there, in any case."""
    layout = survey_folder(
        _make(
            tmp_path,
            "cat/1.png",
            "dog/1.png",
            ".DS_Store",
            "__MACOSX/cat/._1.png",
            "cat/.DS_Store",
            "cat/._1.png",
            "cat/THUMBS.DB",
            "cat/desktop.ini",
            "dog/@eaDir/1.png",
        )
    )

    assert layout.class_names == ("cat", "dog")
    assert layout.labels == (0, 1)
    assert layout.notes == ()


def test_loops_of_links_end(tmp_path: Path) -> None:
    """Links are counted, never followed."""
    _make(tmp_path, "cat/1.png", "dog/1.png")
    (tmp_path / "cat" / "loop").symlink_to(tmp_path)
    (tmp_path / "cat" / "self.png").symlink_to("self.png")
    (tmp_path / "dog" / "zero.png").symlink_to("/dev/zero")

    layout = survey_folder(tmp_path)

    assert layout.labels == (0, 1)
    assert "2 link in cat, beside pictures: 1; 1 link in dog" in layout.notes[0]


def test_folders_without_end_are_refused(tmp_path: Path) -> None:
    """A tree that some program grew by mistake."""
    _make(tmp_path, "/".join(["cat"] * 20) + "/1.png", "dog/1.png")

    with pytest.raises(DatasetError, match="expected at most 16 folders inside"):
        survey_folder(tmp_path)


def test_masks_are_no_class(tmp_path: Path) -> None:
    """Pictures beside labels of their pixels are refused, not learned to tell apart."""
    _make(tmp_path, "images/1.png", "masks/1.png")

    with pytest.raises(DatasetError, match="labels of their pixels: 'images' and 'mas"):
        survey_folder(tmp_path)


def test_a_project_may_be_in_the_folder_of_its_data(tmp_path: Path) -> None:
    """What tinycnn writes there is no class and no picture of the data set."""
    own = ("tinycnn.toml", "images.png", "build/a.png", "build/more/b.png")

    layout = survey_folder(_make(tmp_path, *own, "cat/1.png", "dog/1.png"))

    assert layout.class_names == ("cat", "dog")
    assert layout.notes == ()

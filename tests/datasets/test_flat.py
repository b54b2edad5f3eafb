"""Pictures that lie together: their names say the class, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tinycnn.datasets.folder import survey_folder
from tinycnn.errors import DatasetError


def _make(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"")
    return root


@pytest.mark.parametrize(
    "pattern", ["{}.{}.jpg", "{}_00{}.png", "{} ({}).jpeg", "{}{}.bmp", "{1}_{0}.png"]
)
@pytest.mark.parametrize("place", ["", "pictures/"])
def test_names_of_files_say_the_class(tmp_path: Path, place: str, pattern: str) -> None:
    """However their number is set off; in the folder itself or in the one inside."""
    names = [pattern.format(kind, n) for kind in ("cat", "dog") for n in (1, 2)]

    layout = survey_folder(_make(tmp_path, *(place + name for name in names)))

    assert layout.class_names == ("cat", "dog")
    assert sorted(layout.labels) == [0, 0, 1, 1]
    assert layout.parts == ()
    assert "classes are taken from the names of files" in layout.notes[0]


def test_splits_may_hold_such_files(tmp_path: Path) -> None:
    """`train/cat.1.png` beside `test/cat.2.png`."""
    paths = [f"{s}/{c}.{n}.png" for s in ("train", "test") for c in "ab" for n in "12"]

    layout = survey_folder(_make(tmp_path, *paths))

    assert layout.class_names == ("a", "b")
    assert sorted(layout.parts) == [0, 0, 0, 0, 2, 2, 2, 2]


@pytest.mark.parametrize(
    "names",
    [
        ("1.png", "2.png", "3.png", "4.png"),
        ("IMG_1.jpg", "IMG_2.jpg", "DSC_1.jpg", "DSC_2.jpg"),
        ("one.png", "two.png", "three.png", "four.png"),
        ("train/1.png", "train/2.png", "test/3.png"),
    ],
)
def test_names_that_say_nothing_are_refused(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    """A camera's counter is no class; the hint shows three ways out."""
    with pytest.raises(DatasetError, match="names of files that say the class") as got:
        survey_folder(_make(tmp_path, *names))

    for way in ("folder with the class's name", "cat_1.png", "labels.csv"):
        assert way in str(got.value.hint)

"""Pictures that lie together, whose names say their class: `cat.12.jpg`, `dog_7.png`.

They lie in the data set's folder, in the one folder inside, or in folders that are
splits. A name is its class with a number behind it, or before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tinycnn.datasets.layout import FolderLayout
from tinycnn.datasets.listing import FolderContents, PictureFile
from tinycnn.datasets.pictures import printable
from tinycnn.datasets.split import find_split
from tinycnn.errors import DatasetError

__all__ = ["survey_flat"]

_RULES = (
    re.compile(r"(?P<name>.*[^\W\d_])[\s._-]*\(?\d+\)?"),
    re.compile(r"\d+[\s._-]+(?P<name>[^\W\d_].*)"),
)
# What cameras and programs call any picture.
_CAMERAS = re.compile(
    r"(img|image|dsc[fn]?|pxl|photo|picture|pic|screenshot|frame|gopr|mvimg|sample)"
    r"[\s._-]*\d*",
    re.IGNORECASE,
)


def survey_flat(folder: Path, contents: FolderContents) -> FolderLayout | None:
    """The classes of pictures without class folders; None if there are such folders.

    Raises:
        DatasetError: If their names say no classes.
    """
    files = sorted((*contents.loose, *contents.pictures), key=lambda file: file.path)
    places = {file.folders for file in files}
    splits = {names for names in places if names and find_split(names[0]) >= 0}
    is_flat = all(len(names) <= 1 for names in places) and (
        len(places) == 1 or (splits == places and bool(files))
    )
    has_empty_folders = len(contents.folders) > len(places - {()})
    if not is_flat or has_empty_folders:
        return None
    classes = _name_classes(files)
    if not classes:
        raise DatasetError(
            f"{folder}: expected class folders, or names of files that say the class, "
            f"got {len(files):,} pictures such as {printable(files[0].path.name)}",
            hint="put the pictures of each class into a folder with the class's name, "
            "call them cat_1.png, dog_1.png, or add labels.csv with the columns file "
            "and label",
        )
    names = tuple(sorted(set(classes)))
    parts = tuple(find_split(file.folders[0]) for file in files) if splits else ()
    return FolderLayout(
        names,
        tuple(files),
        tuple(names.index(name) for name in classes),
        parts if len(set(parts)) > 1 or 0 in parts else (),
        (
            "classes are taken from the names of files: "
            f"{printable(files[0].path.name)} is of '{classes[0]}'",
        ),
    )


def _name_classes(files: Sequence[PictureFile]) -> list[str]:
    """The class of each file; none if names say nothing.

    >>> _name_classes([PictureFile(Path(f"{n}.png"), ()) for n in ("cat 1", "dog2")])
    []
    >>> names = ("cat 1", "cat (2)", "dog_1", "dog.2")
    >>> _name_classes([PictureFile(Path(f"{n}.png"), ()) for n in names])
    ['cat', 'cat', 'dog', 'dog']
    """
    for rule in _RULES:
        found = [rule.fullmatch(file.path.stem) for file in files]
        names = [match["name"] for match in found if match]
        are_few = 2 <= len(set(names)) <= len(files) // 2
        if len(names) == len(files) and are_few:
            is_camera = any(_CAMERAS.fullmatch(name) for name in set(names))
            return [] if is_camera else names
    return []

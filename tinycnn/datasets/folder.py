"""What a folder of pictures means: which file is of which class, and of which split.

A table that names pictures and labels decides (`tables`), else the names of pictures
that lie together (`flat`), else three layouts of folders: `class/picture`,
`split/class/picture` and `class/split/picture`, where a split is a folder called train,
val or test, or a usual variant of that. Folders further inside belong to the class they
are in. What is not read is told, never passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tinycnn.datasets.dataset import SPLITS
from tinycnn.datasets.flat import survey_flat
from tinycnn.datasets.layout import FolderLayout, name_classes
from tinycnn.datasets.listing import (
    LINK,
    FolderContents,
    PictureFile,
    list_contents,
)
from tinycnn.datasets.pictures import SUFFIXES, printable
from tinycnn.datasets.split import find_split
from tinycnn.datasets.tables import apply_lists, survey_tables
from tinycnn.errors import DatasetError

__all__ = ["survey_folder"]

_MAX_CLASSES = 1_000
_NAMED = 3  # folders that a note names
# Folders beside the one of all pictures, with lists of them.
_LISTS = frozenset("meta metadata annotations lists splits imagesets".split())
_IMAGES = frozenset({"image", "images", "img", "imgs", "jpegimages"})
_MASKS = frozenset(
    "mask masks annotation annotations segmentation labels groundtruth gt".split()
)
_LAYOUT_HINT = (
    "expected are class/picture.png, or train/class/picture.png beside val/ and test/"
)


def survey_folder(folder: Path, table: Path | None = None) -> FolderLayout:
    """Find the classes, the splits and the pictures in `folder`; none is opened.

    Args:
        folder: Where the pictures are.
        table: The file that says the classes; None to look for what says them.

    Raises:
        DatasetError: If it cannot be read, holds no classes or another layout, or a
            class has no pictures.
    """
    contents = list_contents(folder)
    layout = (
        survey_tables(folder, contents, table)
        or survey_flat(folder, contents)
        or _survey_inside(folder, contents)
        or _survey_classes(folder, contents)
    )
    return name_classes(folder, apply_lists(folder, contents, layout))


def _survey_inside(folder: Path, contents: FolderContents) -> FolderLayout | None:
    """The layout of the one folder that all class folders are in; None if of many."""
    tops = {names[0] for names in contents.folders if names[0].lower() not in _LISTS}
    below = {
        names[1] for names in contents.folders if len(names) == 2 and names[0] in tops
    }
    is_wrapped = len(tops) == 1 and len(below) > 1 and not contents.loose
    if not is_wrapped or any(find_split(name) >= 0 for name in tops):
        return None
    (top,) = tops
    layout = survey_folder(folder / top)
    note = f"all is read from the one folder inside, '{printable(top)}'"
    return replace(layout, notes=(note, *layout.notes))


def _survey_classes(folder: Path, contents: FolderContents) -> FolderLayout:
    _refuse_masks(folder, contents)
    split_level = _find_split_level(folder, contents)
    class_level = 1 if split_level == 0 else 0
    class_names = _class_names(folder, contents, split_level)
    number = {name: label for label, name in enumerate(class_names)}
    order = sorted(
        contents.pictures, key=lambda file: (file.folders[class_level], file.path)
    )
    parts = (
        ()
        if split_level is None
        else tuple(find_split(file.folders[split_level]) for file in order)
    )
    return FolderLayout(
        class_names,
        tuple(order),
        tuple(number[file.folders[class_level]] for file in order),
        parts,
        (*_nesting_notes(order, split_level), *_left_out_notes(contents)),
    )


def _refuse_masks(folder: Path, contents: FolderContents) -> None:
    """Pictures beside pictures of their pixels' labels are no two classes.

    Raises:
        DatasetError: If the folders are called so.
    """
    last = {file.folders[-1].lower() for file in contents.pictures}
    if last & _MASKS and last & _IMAGES and last <= _MASKS | _IMAGES:
        raise DatasetError(
            f"{folder}: expected class folders, got pictures beside labels of their "
            f"pixels: {_list(last)}",
            hint="one or several labels a picture are read, no label a pixel",
        )


def _find_split_level(folder: Path, contents: FolderContents) -> int | None:
    """The level of folders that are splits: 0, 1 (inside the classes), or None.

    Raises:
        DatasetError: If some folders of a level are splits and others are not.
    """
    inside = [file.folders for file in contents.pictures]
    deep = [names for names in inside if len(names) > 1]
    outer = {names[0] for names in deep if find_split(names[0]) >= 0}
    inner = {names[1] for names in deep if find_split(names[1]) >= 0}
    tops = {names[0] for names in inside}
    flat = {names[0] for names in inside if len(names) == 1}
    flat_splits = {name for name in flat if find_split(name) >= 0}
    if flat_splits and (outer or flat_splits == tops):
        raise DatasetError(
            f"{folder}: expected class folders in {_list(flat_splits)}, got images",
            hint=_LAYOUT_HINT,
        )
    if outer:
        _require_splits(folder, outer, tops - outer)
        return 0
    if not inner:
        return None
    second = {names[1] if len(names) > 1 else names[0] for names in inside}
    _require_splits(folder, inner, second - inner)
    return 1


def _require_splits(folder: Path, splits: set[str], others: set[str]) -> None:
    """All of a level are splits, and one is for training."""
    if others:
        raise DatasetError(
            f"{folder}: expected either splits or classes, got {_list(splits)} beside "
            f"{_list(others)}",
            hint=_LAYOUT_HINT,
        )
    if SPLITS.index("train") not in {find_split(name) for name in splits}:
        raise DatasetError(
            f"{folder}: expected a split for training, got {_list(splits)} only",
            hint=_LAYOUT_HINT,
        )


def _class_names(
    folder: Path, contents: FolderContents, split_level: int | None
) -> tuple[str, ...]:
    """The classes: all folders of their level, each with pictures.

    Raises:
        DatasetError: If they are too few or many, unprintable or without pictures.
    """
    level = 1 if split_level == 0 else 0
    used = {file.folders[level] for file in contents.pictures}
    places = [
        names
        for names in contents.folders
        if len(names) == level + 1 and (level == 0 or find_split(names[0]) >= 0)
    ]
    names = sorted({place[level] for place in places})
    _check_count(folder, names)
    for place in places:
        if not place[level].isprintable():
            raise DatasetError(
                f"{folder}: class folder {place[level]!a}: expected a printable name"
            )
        if place[level] not in used:
            raise _no_pictures(folder, place, contents)
    return tuple(names)


def _check_count(folder: Path, names: list[str]) -> None:
    if 2 <= len(names) <= _MAX_CLASSES:
        return
    hint = "put the images of each class into a folder with the class's name"
    raise DatasetError(
        f"{folder}: expected 2 to {_MAX_CLASSES:,} class folders, got {len(names)}",
        hint=hint,
    )


def _no_pictures(
    folder: Path, place: tuple[str, ...], contents: FolderContents
) -> DatasetError:
    path = folder.joinpath(*place)
    left_out = _left_out_in(contents, place)
    what = f": {_tell(left_out)} not read" if left_out else ""
    return DatasetError(
        f"{path}: class '{place[-1]}' has no images{what}",
        hint=f"only {_suffix_list()} files are read; convert others, or take the "
        "folder out",
    )


def _nesting_notes(files: list[PictureFile], split_level: int | None) -> Iterator[str]:
    if split_level is not None:
        names = sorted({file.folders[split_level] for file in files})
        yield f"{_list(names)} are taken as the splits they are called"
    levels = 1 if split_level is None else 2
    nested = [file.folders for file in files if len(file.folders) > levels]
    if nested:
        class_name = nested[0][1 if split_level == 0 else 0]
        yield (
            "images in folders inside a class are of that class: "
            f"{len(nested):,} ({printable('/'.join(nested[0]))} of '{class_name}')"
        )


def _left_out_notes(contents: FolderContents) -> Iterator[str]:
    """What was not read: in the folders that lost most, and outside of all classes."""
    outside = contents.left_out.get((), Counter())
    lost = {kind: n for kind, n in outside.items() if kind in SUFFIXES or kind == LINK}
    if lost:
        yield f"not read outside of the class folders: {_tell(Counter(lost))}"
    read = Counter(file.folders for file in contents.pictures)
    places = sorted(
        (place for place in contents.left_out if place),
        key=lambda place: -contents.left_out[place].total(),
    )
    told = [
        f"{_tell(contents.left_out[place])} in {printable('/'.join(place))}, beside "
        f"pictures: {read[place]:,}"
        for place in places[:_NAMED]
    ]
    if told:
        rest = len(places) - len(told)
        more = f"; more in {rest:,} other folders" if rest else ""
        yield f"not read: {'; '.join(told)}{more}; read are {_suffix_list()}"


def _left_out_in(contents: FolderContents, place: tuple[str, ...]) -> Counter[str]:
    total: Counter[str] = Counter()
    for inside, kinds in contents.left_out.items():
        if inside[: len(place)] == place:
            total += kinds
    return total


def _tell(kinds: Counter[str]) -> str:
    """How many of what: `12 .heic, 1 link`."""
    return ", ".join(f"{n:,} {kind}" for kind, n in kinds.most_common(8))


def _suffix_list() -> str:
    *first, last = SUFFIXES
    return f"{', '.join(first)} and {last}"


def _list(names: set[str] | list[str]) -> str:
    shown = [f"'{printable(name)}'" for name in sorted(names)]
    if len(shown) > 4:
        shown[3:] = [f"{len(shown) - 3} more"]
    return ", ".join(shown[:-1]) + f" and {shown[-1]}" if shown[1:] else shown[0]

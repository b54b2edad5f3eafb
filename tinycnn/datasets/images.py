"""Images from a folder with a sub-folder per class.

`survey_folder` says which file is what, `read_picture` reads one; here they become one
array. All files are tried before a broken one is complained of, and all images of more
than 8 bits get one range of values, found over the whole folder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import Reading
from tinycnn.datasets.download import Progress
from tinycnn.datasets.folder import survey_folder
from tinycnn.datasets.layout import FolderLayout
from tinycnn.datasets.listing import PictureFile
from tinycnn.datasets.pictures import (
    FORMAT_NAMES,
    SUFFIXES,
    Picture,
    printable,
    read_picture,
)
from tinycnn.datasets.ranges import StoredValues, ValueRange, find_range
from tinycnn.datasets.split import make_split
from tinycnn.datasets.stores import find_store, read_store
from tinycnn.errors import DatasetError
from tinycnn.frames import ImageFit

__all__ = ["read_images", "survey_pictures"]

_MAX_BYTES = 2 << 30
_NAMED = 3  # bad files that a message names


@dataclass(slots=True)
class _Gathered:
    """What reading file after file adds up to."""

    images: NDArray[np.uint8]
    deep: dict[int, Picture] = field(default_factory=dict)
    bad: dict[int, DatasetError] = field(default_factory=dict)
    sequences: int = 0
    misnamed: list[str] = field(default_factory=list)


def read_images(
    folder: Path,
    *,
    size: int | tuple[int, int],
    channels: Literal[1, 3],
    fit: ImageFit = "crop",
    table: Path | None = None,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Reading:
    """All images under `folder`, class by class.

    Args:
        folder: Holds one folder per class, or one per split with the classes inside, or
            another layout that `survey_folder` understands.
        size: Width and height of the result, or both in one, in pixels.
        channels: 1 for grey, 3 for RGB.
        fit: How an image gets that shape.
        table: The file in the folder that says the classes; None to look for it.
        skip_bad: Leave out files that cannot be read, and say so.
        progress: Told how many images were read.

    Raises:
        DatasetError: If the layout is not understood, a class has no images, images
            cannot be read, or what is white in them is not known.
    """
    layout = survey_pictures(folder, table)
    width, height = (size, size) if isinstance(size, int) else size
    _check_bytes(folder, len(layout.files) * height * width * channels)
    images = np.empty((len(layout.files), height, width, channels), np.uint8)
    found = _Gathered(images)
    for number, file in enumerate(layout.files):
        try:
            picture = read_picture(
                file.path, size=size, channels=channels, fit=fit, content=file.content
            )
        except DatasetError as error:
            found.bad[number] = error
        else:
            _gather(found, number, picture, file)
        if progress is not None:
            progress(folder.name, number + 1, len(layout.files))
    if found.bad and not skip_bad:
        raise _refuse_bad(folder, layout, found.bad)
    depth, depth_notes = _settle_depth(folder, layout, found)
    notes = (*layout.notes, *_file_notes(folder, layout, found), *depth_notes)
    return _keep_good(folder, layout, found, notes, depth)


def survey_pictures(folder: Path, table: Path | None = None) -> FolderLayout:
    """Which pictures there are, and of which class; the arguments are `read_images`'s.

    Raises:
        DatasetError: As `survey_folder` and `read_store`.
    """
    if table is None and find_store(folder) is not None:
        return read_store(folder)
    return survey_folder(folder, table)


def _check_bytes(folder: Path, total: int) -> None:
    if total > _MAX_BYTES:
        raise DatasetError(
            f"{folder}: expected at most {_MAX_BYTES:,} bytes of images, got {total:,}",
            hint="make image_size smaller",
        )


def _gather(found: _Gathered, number: int, picture: Picture, file: PictureFile) -> None:
    if picture.stored is None:
        found.images[number] = picture.pixels
    else:
        found.deep[number] = picture
    found.sequences += picture.is_sequence
    named = SUFFIXES.get(file.path.suffix.lower(), picture.format)
    if picture.format not in (named, "MPO"):  # MPO: a JPEG with more JPEGs behind it
        found.misnamed.append(f"{_origin(file)} is {picture.format}")


def _settle_depth(
    folder: Path, layout: FolderLayout, found: _Gathered
) -> tuple[ValueRange | None, tuple[str, ...]]:
    """Turn all deep images into bytes by one range, in place; the range, and notes."""
    if not found.deep:
        return None, ()
    facts = {n: p.stored for n, p in found.deep.items() if p.stored is not None}
    first = {stored.kind: _origin(layout.files[n]) for n, stored in facts.items()}
    if len(first) > 1:
        got = " and ".join(f"{kind} ({file})" for kind, file in sorted(first.items()))
        raise DatasetError(
            f"{folder}: expected images of one depth above 8 bits, got {got}",
            hint="save them all as 8-bit PNG, with 255 as white",
        )
    stored = StoredValues.merge_all(list(facts.values()))
    brightest = max(facts, key=lambda n: facts[n].high)
    subject = f"{folder}: {len(facts):,} images such as "
    depth = find_range(f"{subject}{_origin(layout.files[brightest])}", stored)
    for number, picture in found.deep.items():
        found.images[number] = depth.to_bytes(picture.pixels)
    note = (
        f"{len(facts):,} of {len(found.images):,} images have {stored}: {depth.meaning}"
    )
    return depth, (note,)


def _keep_good(
    folder: Path,
    layout: FolderLayout,
    found: _Gathered,
    notes: tuple[str, ...],
    depth: ValueRange | None,
) -> Reading:
    """The reading without the bad files; every class keeps an image."""
    good = [n for n in range(len(layout.files)) if n not in found.bad]
    labels = np.array([layout.labels[n] for n in good])
    if labels.dtype.kind == "f":  # real numbers, as those of arrays
        labels = labels.astype(np.float32)
    kept = {layout.class_of(n) for n in good}
    for number, error in found.bad.items():
        name = layout.class_of(number)
        if name in kept:
            continue
        raise DatasetError(
            f"{folder}: class '{name}' has no image that can be read: {error}",
            hint="replace its files",
        )
    images = found.images if len(good) == len(found.images) else found.images[good]
    return Reading(
        make_split(images, labels),
        layout.class_names,
        tuple(_origin(layout.files[n]) for n in good),
        tuple(layout.parts[n] for n in good) if layout.parts else (),
        notes,
        depth,
    )


def _file_notes(folder: Path, layout: FolderLayout, found: _Gathered) -> Iterator[str]:
    if found.bad:
        yield f"{_tell_bad(folder, layout, found.bad)}; they are left out"
    if found.misnamed:
        yield (
            "files read as what they hold, not as what they are called: "
            f"{len(found.misnamed):,} ({found.misnamed[0]})"
        )
    if found.sequences:
        yield f"files of several pictures, whose first is taken: {found.sequences:,}"


def _refuse_bad(
    folder: Path, layout: FolderLayout, bad: Mapping[int, DatasetError]
) -> DatasetError:
    if len(bad) == 1:
        (error,) = bad.values()
        message, fix = str(error), "replace the file or move it out of the folder"
    else:
        message, fix = _tell_bad(folder, layout, bad), "replace the files"
    return DatasetError(
        message,
        hint=f"{fix}; or leave such files out by skip_bad = true in [dataset], or by "
        "--skip-bad in tinycnn datasets show",
    )


def _tell_bad(
    folder: Path, layout: FolderLayout, bad: Mapping[int, DatasetError]
) -> str:
    """How many files of which classes cannot be read, and the first few reasons."""
    classes = Counter(layout.class_of(number) for number in bad)
    where = ", ".join(f"{n:,} of '{name}'" for name, n in classes.most_common(_NAMED))
    reasons = []
    for number in list(bad)[:_NAMED]:
        file = layout.files[number]
        reason = str(bad[number]).removeprefix(f"{printable(str(file.path))}: ")
        reason = reason.removeprefix(f"not a readable {FORMAT_NAMES} image: ")
        reasons.append(f"{_origin(file)} ({reason})")
    more = f" and {len(bad) - _NAMED:,} more" if len(bad) > _NAMED else ""
    return (
        f"{folder}: {len(bad):,} of {len(layout.files):,} images cannot be read "
        f"({where}): {', '.join(reasons)}{more}"
    )


def _origin(file: PictureFile) -> str:
    return printable("/".join((*file.folders, file.path.name)))

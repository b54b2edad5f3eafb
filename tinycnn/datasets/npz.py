"""Images and labels from a NumPy `.npz` archive, of one heap or of splits.

Which arrays they are, how they are laid out, what is black and white and what the
classes are is found by `arrays`, `ranges` and `labels`, for all splits together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.archive import Archive, ArrayFolder, PixelTable, open_archive
from tinycnn.datasets.arrays import (
    Arrays,
    arrange_images,
    find_arrays,
    flatten_alpha,
)
from tinycnn.datasets.dataset import SPLITS, Reading
from tinycnn.datasets.labels import flatten_labels, number_classes
from tinycnn.datasets.ranges import StoredValues, ValueRange, find_range, survey
from tinycnn.datasets.split import make_split
from tinycnn.errors import DatasetError

__all__ = ["read_npz"]

_CLASS_NAMES = ("class_names", "label_names", "classes", "names")


@dataclass(frozen=True, slots=True, eq=False)
class _Heap:
    """The images and labels of one split, or of all.

    Attributes:
        split: Its name; empty if there are no splits.
        key: Of the array of images.
        images: (N, H, W, C), values as stored.
        labels: One value an image.
    """

    split: str
    key: str
    images: NDArray[np.generic]
    labels: NDArray[np.generic]


def read_npz(path: Path) -> Reading:
    """The images and labels of the archive at `path`, or of `.npy` files there.

    Raises:
        DatasetError: If the file is no such archive, or too large, or an array is
            missing, damaged, or means nothing or several things.
    """
    with open_archive(path) as archive:
        found, notes = find_arrays(
            path, archive.keys, lambda key: archive.read(key).shape
        )
        _check_given(path, found)
        arrays = [(s, x, archive.read(x), y, archive.read(y)) for s, x, y in found]
        names = _read_class_names(archive)
    heaps = []
    for split, x, images, y, labels in arrays:
        heap, heap_notes = _make_heap(path, split, x, images, y, labels)
        heaps.append(heap)
        notes += heap_notes
    images, image_notes = _join_images(path, heaps)
    subject = f"{path}: array '{found[0][2]}'"
    values = _join_labels(subject, [heap.labels for heap in heaps])
    labels, class_names, label_notes = number_classes(subject, values, names)
    notes += image_notes + label_notes
    return Reading(
        make_split(images, labels),
        class_names,
        tuple(f"{heap.key}[{i}]" for heap in heaps for i in range(len(heap.labels))),
        tuple(SPLITS.index(h.split) for h in heaps if h.split for _ in h.labels),
        tuple(note.removeprefix(f"{path}: ") for note in notes),
    )


def _check_given(path: Path, found: Arrays) -> None:
    """A `.npy` file that was given is one of those that are read."""
    used = {key for _, *keys in found for key in keys}
    if path.suffix.lower() == ".npy" and path.stem not in used:
        raise DatasetError(
            f"{path}: expected images or labels, got neither; beside it are "
            f"{', '.join(f'{key}.npy' for key in sorted(used))}",
            hint="give one of those, or call it images.npy, beside labels.npy",
        )


def _make_heap(
    path: Path,
    split: str,
    x: str,
    images: NDArray[np.generic],
    y: str,
    labels: NDArray[np.generic],
) -> tuple[_Heap, tuple[str, ...]]:
    subject = f"{path}: array '{x}'"
    if images.dtype.kind not in "biuf":
        raise DatasetError(f"{subject}: expected numbers, got dtype {images.dtype}")
    arranged, notes = arrange_images(subject, images, labels.shape)
    values, more = flatten_labels(f"{path}: array '{y}'", labels, len(arranged))
    return _Heap(split, x, arranged, values), (*notes, *more)


def _join_images(
    path: Path, heaps: Sequence[_Heap]
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """All images as uint8 by one range, grey or RGB, and notes."""
    shapes = {heap.images.shape[1:] for heap in heaps}
    if len(shapes) > 1:
        raise DatasetError(
            f"{path}: expected images of one shape in all splits, got "
            f"{' and '.join(str(s) for s in sorted(shapes))}"
        )
    subject = f"{path}: array '{heaps[0].key}'"
    stored = [survey(heap.images) for heap in heaps]
    values = _common_range(path, heaps, stored)
    scaled = [values.to_bytes(heap.images) for heap in heaps]
    joined = scaled[0] if len(scaled) == 1 else np.concatenate(scaled)
    images, notes = flatten_alpha(subject, joined)
    if stored[0].kind != "uint8" or values.white != 255:
        notes = (f"{subject}: {stored[0]}: {values.meaning}", *notes)
    return np.ascontiguousarray(images), notes


def _common_range(
    path: Path, heaps: Sequence[_Heap], stored: Sequence[StoredValues]
) -> ValueRange:
    """One range for all splits; splits that were scaled otherwise are refused."""
    subject = f"{path}: array '{heaps[0].key}'"
    if len({facts.kind for facts in stored}) == 1:
        values = find_range(subject, StoredValues.merge_all(stored))
        agree = len(heaps) == 1 or all(_fits(values, facts) for facts in stored)
    else:
        own = [
            find_range(f"{path}: array '{heap.key}'", facts)
            for heap, facts in zip(heaps, stored, strict=True)
        ]
        values, agree = own[0], len(set(own)) == 1
    if not agree:
        told = (f"'{h.key}' {facts}" for h, facts in zip(heaps, stored, strict=True))
        raise DatasetError(
            f"{path}: expected the same range of values in all splits, got "
            f"{', '.join(told)}",
            hint="scale all splits alike and save them as uint8",
        )
    return values


def _fits(values: ValueRange, facts: StoredValues) -> bool:
    """Whether a split could have the range that all have together."""
    is_unit = facts.high <= 1 and values.white >= 255
    is_shifted = facts.low >= 0 and values.black < 0
    return not (is_unit or is_shifted)


def _join_labels(
    subject: str, labels: Sequence[NDArray[np.generic]]
) -> NDArray[np.generic]:
    if len({_kind(values) for values in labels}) > 1:
        raise DatasetError(
            f"{subject}: expected labels of one type in all splits, got "
            f"{' and '.join(_type(values) for values in labels)}"
        )
    if len(labels) == 1:
        return labels[0]
    # Signed and unsigned 64 bits together would become floats.
    is_number = labels[0].dtype.kind not in "Uf"
    return np.concatenate([v.astype(np.int64) if is_number else v for v in labels])


def _kind(values: NDArray[np.generic]) -> tuple[str, tuple[int, ...]]:
    """What may be joined: text, real numbers or whole ones, in rows of a length."""
    kind = values.dtype.kind
    return kind if kind in "Uf" else "i", values.shape[1:]


def _type(values: NDArray[np.generic]) -> str:
    rows = f" in rows of {values.shape[1]}" if values.ndim > 1 else ""
    return f"{values.dtype}{rows}"


def _read_class_names(archive: Archive | ArrayFolder | PixelTable) -> tuple[str, ...]:
    """The classes' names, where an array of text holds them."""
    for key in _CLASS_NAMES:
        if key in archive.keys:
            names = archive.read(key)
            if names.dtype.kind == "U" and names.ndim == 1:
                return tuple(str(name) for name in names)
    return ()

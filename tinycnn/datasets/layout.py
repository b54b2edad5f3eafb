"""Which pictures of a folder are of which class, and of which split.

Whoever finds it out, by folders, tables or names of files, hands on a `FolderLayout`. A
list of names beside the pictures, `labels.txt`, names numbered classes and orders named
ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tinycnn.datasets.labels import pick_names
from tinycnn.datasets.listing import PictureFile
from tinycnn.files import reading

__all__ = ["FolderLayout", "name_classes"]

_LISTS = ("labels.txt", "classes.txt", "class_names.txt", "label_names.txt")
_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FolderLayout:
    """The pictures of a folder, class by class, in the order of their paths.

    Attributes:
        class_names: In their order.
        files: All pictures.
        labels: The class of each; or a row of several labels or real numbers each.
        parts: The split of each, an index into `SPLITS`; empty if there are no splits.
        notes: What was understood and what was left out.
    """

    class_names: tuple[str, ...]
    files: tuple[PictureFile, ...]
    labels: tuple[Any, ...]
    parts: tuple[int, ...]
    notes: tuple[str, ...]

    def class_of(self, number: int) -> str:
        """The name of a picture's class; "labelled" if it has a row of labels."""
        label = self.labels[number]
        return self.class_names[label] if isinstance(label, int) else "labelled"


def name_classes(folder: Path, layout: FolderLayout) -> FolderLayout:
    """The layout with the names, or the order, that a list in the folder has."""
    file = next((folder / n for n in _LISTS if (folder / n).is_file()), None)
    listed = _read_list(file) if file else ()
    if file is None or not listed or listed == layout.class_names:
        return layout
    old = layout.class_names
    if set(old) == set(listed) and len(old) == len(listed):
        note = f"classes are in the order of {file.name}"
        rank = [listed.index(name) for name in old]
        labels = tuple(
            rank[label] if isinstance(label, int) else _in_order(label, rank)
            for label in layout.labels
        )
        return replace(
            layout, class_names=listed, labels=labels, notes=(*layout.notes, note)
        )
    numbers = [int(name) for name in old if name.isdecimal()]
    if numbers == sorted(numbers) and len(numbers) == len(old):
        named = pick_names(numbers, listed)
        if named:
            note = f"{file.name} names the classes: '{old[0]}' is '{named[0]}'"
            return replace(layout, class_names=named, notes=(*layout.notes, note))
    note = f"{file.name} is not used: its {len(listed):,} lines fit none of the classes"
    return replace(layout, notes=(*layout.notes, note))


def _in_order(row: Sequence[Any], rank: Sequence[int]) -> tuple[Any, ...]:
    return tuple(row[rank.index(place)] for place in range(len(row)))


def _read_list(file: Path) -> tuple[str, ...]:
    """One name a line; the line's number before it, as Teachable Machine has it, goes.

    Nothing if it is no such list.
    """
    try:
        with reading(file, max_bytes=_MAX_BYTES) as stream:
            lines = stream.read().decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    names = [line.strip() for line in lines if line.strip()]
    numbered = [re.fullmatch(r"(\d+)[ :,\t]+(.+)", name) for name in names]
    if names and all(m and int(m[1]) == n for n, m in enumerate(numbered)):
        names = [m[2].strip() for m in numbered if m]
    return tuple(names) if len(set(names)) == len(names) else ()

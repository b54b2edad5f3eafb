"""What a folder of pictures holds, at every depth; no file is opened.

Links are not followed and only regular files are taken, so that no loop and no pipe can
stop the reading; what is left out is counted by kind.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tinycnn.about import PROJECT_FILE
from tinycnn.datasets.pictures import OTHER_SUFFIXES, SUFFIXES, printable
from tinycnn.errors import DatasetError

__all__ = ["LINK", "FolderContents", "PictureFile", "list_contents"]

LINK = "link"
_MAX_DEPTH = 16
_MAX_FILES = 2_000_000
_TEXTS = (".csv", ".tsv", ".txt")
# Left by operating systems and archives; nobody put them there.
_JUNK = frozenset({"thumbs.db", "desktop.ini", "__macosx", "@eadir", "icon\r"})

# What tinycnn itself writes into a project's folder, which may be the data set's.
_OWN = frozenset({"build", "images.png"})


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A file that is taken for a picture.

    Attributes:
        path: Where it is.
        folders: The folders from the data set's to its own.
        content: Its bytes, where it is no file of its own.
    """

    path: Path
    folders: tuple[str, ...]
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class FolderContents:
    """All that was found.

    Attributes:
        pictures: Files whose names say so.
        left_out: How many of what else, by the folders that it is in.
        folders: All folders, each with those that it is in.
        loose: Pictures outside of all folders; they are counted as left out, too.
        texts: Files that may be tables, beside the pictures or one folder further in.
    """

    pictures: tuple[PictureFile, ...]
    left_out: dict[tuple[str, ...], Counter[str]]
    folders: tuple[tuple[str, ...], ...]
    loose: tuple[PictureFile, ...] = ()
    texts: tuple[PictureFile, ...] = ()


def list_contents(folder: Path) -> FolderContents:
    """Everything below `folder` that is not hidden, sorted.

    Raises:
        DatasetError: If a folder cannot be read, or there are too many or too deep.
    """
    pictures: list[PictureFile] = []
    loose: list[PictureFile] = []
    texts: list[PictureFile] = []
    left_out: dict[tuple[str, ...], Counter[str]] = {}
    folders: list[tuple[str, ...]] = []
    own = _OWN if (folder / PROJECT_FILE).exists() else frozenset()
    for inside, entry in _walk(folder, ()):
        if (*inside, entry.name)[0] in own:
            continue
        if entry.is_dir(follow_symlinks=False):
            folders.append((*inside, entry.name))
            continue
        suffix = os.path.splitext(entry.name)[1].lower()
        is_file = entry.is_file(follow_symlinks=False)
        is_picture = is_file and (suffix in SUFFIXES or suffix in OTHER_SUFFIXES)
        file = PictureFile(Path(entry), inside)
        if is_picture and inside:
            pictures.append(file)
            continue
        if is_picture:
            loose.append(file)
        elif is_file and suffix in _TEXTS and len(inside) < 2:
            texts.append(file)
        kind = _kind(entry, suffix, is_file=is_file)
        left_out.setdefault(inside, Counter())[kind] += 1
        if len(pictures) + len(loose) > _MAX_FILES:
            raise DatasetError(f"{folder}: expected at most {_MAX_FILES:,} pictures")
    return FolderContents(
        tuple(pictures), left_out, tuple(folders), tuple(loose), tuple(texts)
    )


def _walk(
    folder: Path, inside: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], os.DirEntry[str]]]:
    """All entries below `folder`, sorted, each with the folders that it is in."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise DatasetError(f"{folder}: {error.strerror}") from error
    if len(inside) > _MAX_DEPTH:
        raise DatasetError(f"{folder}: expected at most {_MAX_DEPTH} folders inside")
    for entry in found:
        if entry.name.startswith(".") or entry.name.lower() in _JUNK:
            continue
        yield inside, entry
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry), (*inside, entry.name))


def _kind(entry: os.DirEntry[str], suffix: str, *, is_file: bool) -> str:
    """What a message calls an entry that is not read."""
    if entry.is_symlink():
        return LINK
    if not is_file:
        return "special file"
    return printable(suffix) or "without a suffix"

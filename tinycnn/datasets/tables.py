"""Tables that say the class of pictures: `labels.csv`, `train.csv`, `list.txt`.

A table is a text file in the data set's folder, or one folder further in, of which a
column names pictures that are there. The column of labels is known by its name, or is
the only other one; many columns of 0 and 1 are a class each, and many of numbers with
fractions are numbers to compute. Labels are understood as those of arrays are
(`labels`). Splits come from a column, from the table's name or from the folders that
the pictures are in.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import SPLITS
from tinycnn.datasets.labels import flatten_labels, number_classes
from tinycnn.datasets.layout import FolderLayout
from tinycnn.datasets.listing import FolderContents, PictureFile
from tinycnn.datasets.pictures import SUFFIXES, printable
from tinycnn.datasets.split import find_split
from tinycnn.errors import DatasetError
from tinycnn.files import reading

__all__ = ["TABLE_SUFFIXES", "apply_lists", "survey_tables"]

TABLE_SUFFIXES = (".csv", ".tsv", ".txt")
_MAX_BYTES = 64 << 20
_PROBED = 1 << 16  # bytes that tell whether a text is a table of pictures
_PROBED_ROWS = 3
# What people call the column of labels, the most telling first.
_LABELS = (
    re.compile(r"(class|label|category|species|breed)[ _]?(name|text)s?"),
    re.compile(r"labels?"),
    re.compile(r"class(es)?"),
    re.compile(r"category|species|breed|target|y|tag|diagnosis|dx"),
    re.compile(r"(class|label|category)[ _]?(id|idx|index|number)"),
)
_SUBMISSION = re.compile("submission")  # a contest's form, whose labels are not true
_FILE_COLUMN = re.compile(r"^id$|file|path|ima?ge?|pic|photo|name|sample")
_SPLIT_COLUMN = re.compile(r"(sub|data)?[ _]?(set|split)|partition|fold|usage")
_OF_A_TABLE = re.compile(r"[ _.-]?(labels?|annotations?|list|files|metadata)$")
_HINT = "a table has a column of files and one called label"


@dataclass(frozen=True, slots=True)
class _Table:
    """A text's cells.

    Attributes:
        file: The text.
        header: Names of the columns; empty if there is none.
        rows: The cells of each row, and the line that it is in.
        column: Where pictures are named.
    """

    file: PictureFile
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    column: int

    @property
    def name(self) -> str:
        return printable("/".join((*self.file.folders, self.file.path.name)))


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a table says of a picture."""

    label: tuple[str, ...]
    part: int
    line: str


class _Index:
    """All pictures of a folder, found by what a table calls them."""

    def __init__(self, contents: FolderContents) -> None:
        self._by_path: dict[str, list[PictureFile]] = {}
        self._by_name: dict[str, list[PictureFile]] = {}
        for file in (*contents.loose, *contents.pictures):
            whole = "/".join((*file.folders, file.path.name))
            for table, key in (
                (self._by_path, whole),
                (self._by_path, "/".join((*file.folders, file.path.stem))),
                (self._by_name, file.path.name),
                (self._by_name, file.path.stem),
            ):
                table.setdefault(key, []).append(file)

    def find(self, cell: str, table: PictureFile) -> PictureFile | None:
        """The only picture that a cell of a table can mean; None if there is none.

        By its path from the table's folder or the data set's, with or without suffix;
        or else by its name, among those in the table's folder or split.
        """
        path = PurePosixPath(cell.strip().replace("\\", "/"))
        names = [part for part in path.parts if part != "."]
        if not names:
            return None
        for key in ("/".join((*table.folders, *names)), "/".join(names)):
            if len(found := self._by_path.get(key, [])) == 1:
                return found[0]
        found = self._by_name.get(names[-1], [])
        if len(found) > 1:
            found = [file for file in found if _is_beside(file, table)]
        return found[0] if len(found) == 1 else None


def survey_tables(
    folder: Path, contents: FolderContents, only: Path | None = None
) -> FolderLayout | None:
    """The layout that tables of `folder` say; None if there are no tables.

    Args:
        folder: Where the pictures are.
        contents: What it holds.
        only: The table that counts; None for all.

    Raises:
        DatasetError: If a table is damaged, names pictures that are not there or says
            two things of one, or its columns are not known.
    """
    index = _Index(contents)
    texts = [
        text
        for text in contents.texts
        if (only is None and not _SUBMISSION.search(text.path.stem.lower()))
        or (only is not None and text.path.samefile(only))
    ]
    tables = [table for text in texts if (table := _probe(text, index)) is not None]
    if not tables:
        if only is None:
            return None
        raise DatasetError(
            f"{only}: expected a table of pictures in {folder}, got none that is there "
            f"in its first {_PROBED_ROWS} lines",
            hint=f"{_HINT}; paths are relative to the table",
        )
    entries: dict[PictureFile, _Entry] = {}
    notes: list[str] = []
    columns: dict[str, tuple[str, ...]] = {}
    for table in map(_read, tables):
        chosen = _label_columns(table)
        if not chosen and len(tables) > 1:
            notes.append(f"{table.name} is not read: it has no column of labels")
            continue
        if not chosen:
            raise _no_labels(table)
        before = len(entries)
        _enter(entries, table, chosen, index)
        named = tuple(table.header[c] if table.header else f"{c + 1}" for c in chosen)
        columns[table.name] = named
        shown = f"'{named[0]}'" if len(named) == 1 else f"'{named[0]}' to '{named[-1]}'"
        notes.append(
            f"{table.name} says the labels of {len(entries) - before:,} pictures, by "
            f"column{'s'[: len(named) > 1]} {shown}"
        )
    return _to_layout(folder, contents, entries, columns, notes)


def apply_lists(
    folder: Path, contents: FolderContents, layout: FolderLayout
) -> FolderLayout:
    """The layout with the splits that `train.txt`, `test.txt` list a file a line.

    Raises:
        DatasetError: If the lists name no picture for training, or one twice.
    """
    index, part_of = _Index(contents), dict[Path, int]()
    names: list[str] = []
    for text in contents.texts if not layout.parts else ():
        part, cells = _split_of(text), _list_cells(text)
        found = [file for cell in cells if (file := index.find(cell, text))]
        if part < 0 or not found or len(found) < len(cells):
            continue
        names.append(text.path.name)
        for file in found:
            if part_of.setdefault(file.path, part) != part:
                raise DatasetError(
                    f"{text.path}: expected pictures of one split, got "
                    f"{printable(file.path.name)}, which is in another list, too",
                    hint="take it out of one of them",
                )
    kept = [n for n, file in enumerate(layout.files) if file.path in part_of]
    if not kept:
        return layout
    parts = tuple(part_of[layout.files[n].path] for n in kept)
    _check_parts(folder, parts)
    rest = len(layout.files) - len(kept)
    note = f"{' and '.join(names)} list the pictures of the splits"
    return replace(
        layout,
        files=tuple(layout.files[n] for n in kept),
        labels=tuple(layout.labels[n] for n in kept),
        parts=parts,
        notes=(*layout.notes, f"{note}; not read: {rest:,} others" if rest else note),
    )


def _list_cells(text: PictureFile) -> list[str]:
    """The lines of a text of one column; a short name of one that heads it goes."""
    try:
        with reading(text.path, max_bytes=_MAX_BYTES) as stream:
            lines = stream.read().decode("utf-8-sig", "replace").splitlines()
    except OSError:
        return []
    cells = [line.strip() for line in lines if line.strip()]
    is_header = bool(cells) and _FILE_COLUMN.fullmatch(cells[0].lower()) is not None
    return cells[1:] if is_header else cells


def _probe(text: PictureFile, index: _Index) -> _Table | None:
    """The beginning of a text that is a table of pictures; None of another."""
    try:
        with reading(text.path, max_bytes=_MAX_BYTES) as stream:
            head = stream.read(_PROBED).decode("utf-8-sig", "replace")
    except OSError:
        return None
    rows = tuple(_split_rows(text, head))[:_PROBED_ROWS]
    for number, (_, cells) in enumerate(rows):
        header = rows[0][1] if number and _is_header(rows[0][1]) else ()
        for column, cell in enumerate(cells):
            if (
                len(cells) > 1
                and _names_picture(cell, header[column] if header[column:] else "")
                and index.find(cell, text) is not None
            ):
                return _Table(text, header, rows, column)
    return None


def _names_picture(cell: str, column: str) -> bool:
    """Whether a cell can name a picture: a mere `7` does in a column of such a name."""
    is_path = "/" in cell or Path(cell).suffix.lower() in SUFFIXES
    return is_path or _FILE_COLUMN.search(column.lower()) is not None


def _read(table: _Table) -> _Table:
    """The whole of a table that was probed.

    Raises:
        DatasetError: If it is no UTF-8, or its rows are not alike.
    """
    path = table.file.path
    try:
        with reading(path, max_bytes=_MAX_BYTES) as stream:
            text = stream.read().decode("utf-8-sig")
        rows = list(_split_rows(table.file, text))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DatasetError(
            f"{path}: not a readable table: {reason}", hint="save it as CSV in UTF-8"
        ) from error
    width = len(table.header or rows[0][1])
    for line, cells in rows:
        if len(cells) != width:
            raise DatasetError(
                f"{path}, line {line}: expected {width} columns, got {len(cells)}",
                hint="quote cells that hold the separator",
            )
    header = tuple(name.strip().lower() for name in table.header)
    return _Table(table.file, header, tuple(rows[1:] if header else rows), table.column)


def _split_rows(file: PictureFile, text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each row that is not empty, with its line."""
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    mark = max(",;\t|", key=first.count)
    if mark not in first:  # a name may hold blanks, a label does not
        if file.path.suffix.lower() == ".txt":
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, tuple(line.rsplit(None, 1))
            return
        mark = ","
    reader = csv.reader(lines, delimiter=mark)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, tuple(cell.strip() for cell in cells)


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a row names columns: it holds no number and no picture."""
    return not any(
        _is_number(cell) or Path(cell).suffix.lower() in SUFFIXES for cell in cells
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _label_columns(table: _Table) -> tuple[int, ...]:
    """Where the labels are; nothing if that is not known."""
    width = len(table.rows[0][1]) if table.rows else 0
    others = [c for c in range(width) if c not in (table.column, _split_column(table))]
    for pattern in _LABELS if table.header else ():
        for column in others:
            if pattern.fullmatch(table.header[column]):
                return (column,)
    if len(others) == 1:
        return (others[0],)
    is_marked = all(
        cells[c] in ("0", "1", "0.0", "1.0") for _, cells in table.rows for c in others
    )
    is_real = _hold_numbers(table, others)
    return tuple(others) if others and table.header and (is_marked or is_real) else ()


def _hold_numbers(table: _Table, columns: Sequence[int]) -> bool:
    """Whether all cells are numbers, and a fraction in each column.

    Whole numbers alone may be sizes of the pictures, or anything.
    """
    return all(
        all(_is_number(cells[c]) for _, cells in table.rows)
        and any(not cells[c].lstrip("+-").isdecimal() for _, cells in table.rows)
        for c in columns
    )


def _split_column(table: _Table) -> int | None:
    """The column that names splits in every row."""
    for column, name in enumerate(table.header):
        if _SPLIT_COLUMN.fullmatch(name) and all(
            find_split(cells[column]) >= 0 for _, cells in table.rows
        ):
            return column
    return None


def _enter(
    entries: dict[PictureFile, _Entry],
    table: _Table,
    columns: tuple[int, ...],
    index: _Index,
) -> None:
    """Add what a table says to `entries`.

    Raises:
        DatasetError: If it says two things of one picture, or nothing.
    """
    split_column, own = _split_column(table), _split_of(table.file)
    missing: list[str] = []
    for line, cells in table.rows:
        where = f"{table.name}, line {line}"
        file = index.find(cells[table.column], table.file)
        label = tuple(cells[column] for column in columns)
        if not all(label):
            raise DatasetError(
                f"{table.file.path}, line {line}: expected a label, got an empty cell",
                hint="fill it, or take the row out",
            )
        if file is None:
            missing.append(f"line {line}: '{printable(cells[table.column])}'")
            continue
        part = own if split_column is None else find_split(cells[split_column])
        if part < 0 and file.folders:
            part = find_split(file.folders[0])
        new = _Entry(label, part, where)
        old = entries.setdefault(file, new)
        if old.label != label:
            raise DatasetError(
                f"{file.path}: expected one label, got '{' '.join(old.label)}' "
                f"({old.line}) and '{' '.join(label)}' ({where})",
                hint="correct one of them, or give the path of the table that counts",
            )
    if missing:
        raise DatasetError(
            f"{table.file.path}: {len(missing):,} of {len(table.rows):,} rows name no "
            f"picture that is there, or one of several: {', '.join(missing[:3])}",
            hint="write paths as they are from the table's folder, or take rows out",
        )


def _split_of(file: PictureFile) -> int:
    """The split that a table's folder or name says; -1 if none."""
    if file.folders and find_split(file.folders[0]) >= 0:
        return find_split(file.folders[0])
    return find_split(_OF_A_TABLE.sub("", file.path.stem.lower()))


def _is_beside(file: PictureFile, table: PictureFile) -> bool:
    """Whether a picture is in a table's folder, or in its split."""
    part = _split_of(table)
    is_below = bool(table.folders) and file.folders[:1] == table.folders
    is_alike = bool(file.folders) and part == find_split(file.folders[0]) >= 0
    return is_below or is_alike


def _to_layout(
    folder: Path,
    contents: FolderContents,
    entries: dict[PictureFile, _Entry],
    columns: dict[str, tuple[str, ...]],
    notes: list[str],
) -> FolderLayout:
    if len(set(columns.values())) > 1 and max(map(len, columns.values())) > 1:
        raise DatasetError(
            f"{folder}: expected the same columns of classes in "
            f"{' and '.join(columns)}",
            hint="save the tables alike",
        )
    files = sorted(entries, key=lambda file: file.path)
    subject = f"{folder / next(iter(columns))}: labels"
    names = next(iter(columns.values()))
    values, more = flatten_labels(subject, _to_array(entries, files), len(files))
    is_one_hot = len(names) > 1 and values.ndim == 1
    labels, class_names, last = number_classes(subject, values, names)
    parts = tuple(entries[file].part for file in files)
    _check_parts(folder, parts)
    rest = len(contents.pictures) + len(contents.loose) - len(files)
    if rest:
        notes.append(f"not read: {rest:,} pictures that no table names")
    told = more if is_one_hot else (*more, *last)
    return FolderLayout(
        class_names,
        tuple(files),
        tuple(labels.tolist()),
        parts if max(parts) >= 0 else (),
        (*notes, *(note.removeprefix(f"{folder}/") for note in told)),
    )


def _to_array(
    entries: dict[PictureFile, _Entry], files: Sequence[PictureFile]
) -> NDArray[np.generic]:
    """Labels as integers or floats where all are, else as text."""
    cells = [entries[file].label for file in files]
    text: NDArray[np.generic] = np.array(cells)
    if all(re.fullmatch(r"[-+]?\d{1,18}", cell) for row in cells for cell in row):
        text = text.astype(np.int64)
    elif all(_is_number(cell) for row in cells for cell in row):
        text = text.astype(np.float64)
    return text[:, 0] if text.shape[1] == 1 else text


def _check_parts(folder: Path, parts: Sequence[int]) -> None:
    found = set(parts)
    if found == {-1} or (found and -1 not in found and 0 in found):
        return
    named = [SPLITS[part] for part in sorted(found) if part >= 0]
    unknown = f" beside {parts.count(-1):,} pictures of no split" if -1 in found else ""
    raise DatasetError(
        f"{folder}: expected splits for all pictures, train among them, got "
        f"{' and '.join(named)}{unknown}",
        hint="call tables or folders train, val and test, or add a column split",
    )


def _no_labels(table: _Table) -> DatasetError:
    names = ", ".join(f"'{name}'" for name in table.header) or "columns without names"
    return DatasetError(
        f"{table.file.path}: expected a column of labels, got {names}",
        hint=f"call it label: {_HINT}",
    )

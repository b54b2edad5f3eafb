"""Data sets that Hugging Face's `datasets` or TensorFlow Datasets keep in a folder.

The package that wrote such a folder reads it, where it is installed; nothing is
downloaded and no code of the folder is run. Encoded pictures and their labels come out,
as a layout like any folder's. A split without labels, or of an unusual name, is left
out, and a note says so.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tinycnn.datasets.labels import flatten_labels, number_classes
from tinycnn.datasets.layout import FolderLayout
from tinycnn.datasets.listing import PictureFile
from tinycnn.datasets.split import find_split
from tinycnn.errors import DatasetError

__all__ = ["find_store", "read_store"]

_HUGGING_FACE, _TENSORFLOW = "datasets", "tensorflow_datasets"
_MAX_BYTES = 2 << 30
_LABELS = ("label", "labels", "class", "target", "fine_label", "category")


@dataclass(frozen=True, slots=True)
class _Split:
    """One split as a store gives it.

    Attributes:
        name: What the store calls it.
        features: The store's type of each column.
        rows: A mapping of columns to values for each picture.
    """

    name: str
    features: Mapping[str, Any]
    rows: Iterable[Mapping[str, Any]]


def find_store(folder: Path) -> str | None:
    """The package that reads a folder; None if it is no store."""
    try:
        names = {entry.name for entry in folder.iterdir()}
    except OSError:
        return None
    if "dataset_dict.json" in names or {"dataset_info.json", "state.json"} <= names:
        return _HUGGING_FACE
    if any(folder.glob("*.parquet")) or any(folder.glob("data/*.parquet")):
        return _HUGGING_FACE
    return _TENSORFLOW if _find_version(folder) else None


def read_store(folder: Path) -> FolderLayout:
    """The pictures of a store with their labels, in memory.

    Raises:
        DatasetError: If its package is not installed or fails, or the store has no
            pictures or no labels.
    """
    package = find_store(folder)
    spec = importlib.util.find_spec(str(package))
    if package is None or spec is None or spec.origin is None:  # a folder, by chance
        name = {_TENSORFLOW: "tensorflow-datasets"}.get(str(package), str(package))
        raise DatasetError(
            f"{folder}: a data set of {name}, which is not installed",
            hint=f"pip install {name}",
        )
    split_up = _split_hugging_face if package == _HUGGING_FACE else _split_tensorflow
    try:
        return _gather(folder, split_up(folder, importlib.import_module(package)))
    except DatasetError:
        raise
    except Exception as error:  # of packages that have no errors of their own
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DatasetError(
            f"{folder}: {package} cannot read it: {reason}",
            hint=f"try it in Python, by {package} itself, and save it anew",
        ) from error


def _find_version(folder: Path) -> Path | None:
    """The folder of the one version that TensorFlow Datasets keeps here."""
    found = [
        place.parent
        for pattern in ("", "*/", "*/*/")
        for place in folder.glob(f"{pattern}features.json")
        if (place.parent / "dataset_info.json").is_file()
    ]
    return found[0] if len(found) == 1 else None


def _split_hugging_face(folder: Path, package: Any) -> Iterator[_Split]:
    if any(folder.rglob("*.arrow")):
        stored = package.load_from_disk(str(folder))
    else:
        files = sorted(str(path) for path in folder.rglob("*.parquet"))
        named: dict[str, list[str]] = {}
        for path in files:
            named.setdefault(Path(path).name.split("-")[0].split(".")[0], []).append(
                path
            )
        stored = package.load_dataset("parquet", data_files=named, streaming=True)
    splits = stored if isinstance(stored, dict) else {"": stored}
    for name, rows in splits.items():
        features = dict(rows.features)
        for column, kind in features.items():
            if type(kind).__name__ == "Image":
                rows = rows.cast_column(column, package.Image(decode=False))
        yield _Split(str(name), features, rows)


def _split_tensorflow(folder: Path, package: Any) -> Iterator[_Split]:
    version = _find_version(folder)
    builder = package.builder_from_directory(str(version))
    features = dict(builder.info.features.items())
    skipped = {
        column: package.decode.SkipDecoding()
        for column, kind in features.items()
        if type(kind).__name__ == "Image"
    }
    for name in builder.info.splits:
        rows = builder.as_dataset(split=name, decoders=skipped, shuffle_files=False)
        yield _Split(str(name), features, package.as_numpy(rows))


def _gather(folder: Path, splits: Iterable[_Split]) -> FolderLayout:
    files: list[PictureFile] = []
    labels: list[Any] = []
    parts: list[int] = []
    notes: list[str] = []
    total, names, label_column = 0, (), ""
    for split in splits:
        image = _only(folder, split.features, _is_image, "pictures", ())
        label_column = _only(folder, split.features, _is_label, "labels", _LABELS)
        names = tuple(getattr(split.features[label_column], "names", ()) or ())
        part = find_split(split.name) if split.name else 0
        found = [(row[image], row[label_column]) for row in split.rows]
        is_unlabelled = bool(found) and all(label in (None, -1) for _, label in found)
        if part < 0 or is_unlabelled or not found:
            why = "no usual split" if part < 0 else "without labels or empty"
            notes.append(f"split '{split.name}' is left out: {why}")
            continue
        for number, (picture, label) in enumerate(found):
            content = _encoded(picture)
            total += len(content)
            origin = Path(f"{split.name or 'row'}[{number}]")
            files.append(PictureFile(origin, (), content))
            labels.append(label.decode() if isinstance(label, bytes) else label)
        parts += [part] * len(found)
        if total > _MAX_BYTES:
            raise DatasetError(
                f"{folder}: expected at most {_MAX_BYTES:,} bytes of pictures",
                hint="save a part of it",
            )
    if not files:
        raise DatasetError(
            f"{folder}: expected pictures with labels, got none",
            hint="its splits are called train, validation or test",
        )
    subject = f"{folder}: column '{label_column}'"
    values, more = flatten_labels(subject, np.array(labels), len(files))
    numbers, class_names, last = number_classes(subject, values, names)
    return FolderLayout(
        class_names,
        tuple(files),
        tuple(numbers.tolist()),
        tuple(parts) if 0 in parts and len(set(parts)) > 1 else (),
        (*notes, *(n.removeprefix(f"{folder}: ") for n in (*more, *last))),
    )


def _is_image(kind: Any) -> bool:
    return type(kind).__name__ == "Image"


def _is_label(kind: Any) -> bool:
    return type(kind).__name__ in ("ClassLabel", "Value", "Text", "Scalar")


def _only(
    folder: Path,
    features: Mapping[str, Any],
    fits: Callable[[Any], bool],
    what: str,
    usual: Sequence[str],
) -> str:
    """The one column that fits; of several the one of ClassLabel or a usual name."""
    found = [column for column, kind in features.items() if fits(kind)]
    classes = [c for c in found if type(features[c]).__name__ == "ClassLabel"]
    if len(classes) == 1:
        return classes[0]
    for name in usual:
        if name in found:
            return name
    if len(found) == 1:
        return found[0]
    got = ", ".join(f"'{column}'" for column in features)
    raise DatasetError(
        f"{folder}: expected one column of {what}, got {got}",
        hint="take the others out, or call the column of labels 'label'",
    )


def _encoded(picture: Any) -> bytes:
    """The bytes of a picture's file, as the store has them."""
    if isinstance(picture, bytes):
        return picture
    if isinstance(picture, Mapping):
        content = picture.get("bytes")
        return content if content is not None else Path(picture["path"]).read_bytes()
    stream = io.BytesIO()
    Image.fromarray(np.asarray(picture).squeeze()).save(stream, "PNG")
    return stream.getvalue()

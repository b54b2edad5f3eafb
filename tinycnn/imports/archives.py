"""Exports as zips or unpacked: Edge Impulse, Teachable Machine, sketches and the like.

An archive is read in memory and never unpacked, so that no name in it is a place. Taken
is the one network that is closest to what a project builds: an int8 `.tflite`, an int8
C array of a sketch, a Keras file, a float `.tflite`; the labels beside it are its
labels.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from tinycnn.compiler.reading.file_kind import find_kind, find_kind_of_folder
from tinycnn.compiler.reading.number_kind import find_number_kind
from tinycnn.errors import InvalidModelError, UnsupportedModelError
from tinycnn.files import read_whole
from tinycnn.imports import c_array_file, keras_file, tflite_int8
from tinycnn.imports.imported import Imported, Route, Source, Wishes
from tinycnn.scaling import SCALINGS

__all__ = ["make_route", "read_labels"]

_TITLE = "an export of Edge Impulse or Teachable Machine (.zip)"
_TITLES = ("a zip archive", "a broken zip archive")
_MOST_BYTES = 1 << 29  # unpacked
_MOST_FILES = 20_000  # an export with a whole SDK has some 3,000
_MOST_TOLD = 4
_SUFFIXES = (".tflite", ".lite", ".keras", ".h5", ".hdf5", ".zip")
_SOURCES = (".c", ".cc", ".cpp", ".h", ".hpp", ".ino")
_EON = re.compile(r"_compiled\.(c|cc|cpp|h)$")
_EDGE_TPU = b"edgetpu-custom-op"
_NUMBERED = re.compile(r"(\d+)[\s:,]+(.+)")
_STRINGS = re.compile(r'"((?:[^"\\]|\\.)*)"')
# Of Edge Impulse and of Teachable Machine.
_LABEL_ARRAYS = re.compile(
    r"(?:inferencing_categories\w*|kCategoryLabels)\s*\[[^\]]*\]\s*=\s*\{([^}]*)\}"
)
_LABEL_FILES = ("labels.txt", "label.txt", "classes.txt")
_TEACHABLE = ("keras_model.h5", "model_unquant.tflite")
_EXPORT = "export the network as TensorFlow Lite, int8 quantized, and import that"

_Files = Mapping[str, bytes]


def _matches(source: Source) -> bool:
    if source.data:
        return find_kind(source.data).title in _TITLES
    folder = source.path
    if folder is None or not folder.is_dir():
        return False
    is_other = find_kind_of_folder(folder).title != "a folder"
    return not is_other and any(
        entry.suffix.lower() in (*_SUFFIXES, ".ino") or entry.name == "tflite-model"
        for entry in folder.iterdir()
    )


def make_route(read_inner: Callable[[Source, Wishes], Imported]) -> Route:
    """The route of archives, which gives what is in them to `read_inner`."""
    return Route(_TITLE, _matches, partial(_read, read_inner))


def _read(
    read_inner: Callable[[Source, Wishes], Imported], source: Source, wishes: Wishes
) -> Imported:
    files = _unzip(source) if source.data else _list_folder(source)
    name, data = _choose(files, source.name)
    found = read_inner(Source(f"{source.name}: {name}", data), wishes)
    labels = found.labels or _find_labels(files)
    pixels = found.pixels
    if pixels is None and PurePosixPath(name).name in _TEACHABLE:
        pixels = SCALINGS["-1..1"]  # as Teachable Machine trains
    said = (f"taken of {source.name}: {name}", *found.said)
    return replace(found, labels=labels, pixels=pixels, said=said)


def _unzip(source: Source) -> dict[str, bytes]:
    """What of an archive may be a network or its labels, by its path."""
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            total = sum(member.file_size for member in members)
            if len(members) > _MOST_FILES or total > _MOST_BYTES:
                raise InvalidModelError(
                    f"{source.name}: expected at most {_MOST_FILES:,} files of "
                    f"{_MOST_BYTES:,} bytes in all, got {len(members):,} of {total:,}"
                )
            wanted = [m for m in members if _is_wanted(m.filename)]
            if any(member.flag_bits & 1 for member in wanted):
                raise UnsupportedModelError(
                    f"{source.name}: expected an archive that is open, got one with a "
                    "password",
                    hint="unpack it, and import the folder",
                )
            return {member.filename: archive.read(member) for member in wanted}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise InvalidModelError(
            f"{source.name}: not a whole zip archive: {error}",
            hint="download or export it again",
        ) from error


def _list_folder(source: Source) -> dict[str, bytes]:
    assert source.path is not None
    files: dict[str, bytes] = {}
    for path in sorted(source.path.rglob("*")):
        name = path.relative_to(source.path).as_posix()
        if path.is_file() and _is_wanted(name):
            files[name] = read_whole(path, hint=_EXPORT)
        if len(files) > _MOST_FILES or sum(map(len, files.values())) > _MOST_BYTES:
            raise InvalidModelError(
                f"{source.name}: expected at most {_MOST_FILES:,} files of "
                f"{_MOST_BYTES:,} bytes in all, got more"
            )
    return files


def _is_wanted(name: str) -> bool:
    path = PurePosixPath(name)
    is_hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    ends = (*_SUFFIXES, *_SOURCES)
    return not is_hidden and (
        path.suffix.lower() in ends or path.name.lower() in _LABEL_FILES
    )


def _choose(files: _Files, name: str) -> tuple[str, bytes]:
    """The one network to take.

    Raises:
        UnsupportedModelError: If there is none, or several of the best kind.
    """
    kinds: dict[str, dict[str, bytes]] = {"int8": {}, "array": {}, "keras": {}}
    kinds |= {"float": {}, "zip": {}}
    passed = []
    for path, data in files.items():
        source = Source(path, data)
        suffix = PurePosixPath(path).suffix.lower()
        if data[4:8] == b"TFL3" and _EDGE_TPU in data:
            passed.append(f"{path} is for an Edge TPU")
        elif tflite_int8.ROUTE.matches(source):
            kinds["int8"][path] = data
        elif data[4:8] == b"TFL3":
            kinds["float"][path] = data
            passed.append(f"{path}: {find_number_kind(data)}")
        elif keras_file.ROUTE.matches(source):
            kinds["keras"][path] = data
        elif suffix == ".zip":
            kinds["zip"][path] = data
        elif suffix in _SOURCES and c_array_file.ROUTE.matches(source):
            kinds["array"][path] = data
    for found in kinds.values():
        distinct = dict((data, path) for path, data in found.items())
        if len(distinct) > 1:
            raise UnsupportedModelError(
                f"{name}: expected one network, got {len(distinct)}: {_tell(found)}",
                hint="unpack it, and import one of them",
            )
        if found:
            return next(iter(found.items()))
    if any(_EON.search(path) for path in files):
        raise UnsupportedModelError(
            f"{name}: its network is C of Edge Impulse's EON compiler, which holds no "
            ".tflite",
            hint=_EXPORT,
        )
    why = _tell(passed) if passed else "none"
    raise UnsupportedModelError(f"{name}: expected a network, got {why}", hint=_EXPORT)


def _tell(names: Mapping[str, bytes] | list[str]) -> str:
    shown = [ascii(name)[1:-1] for name in names]
    more = len(shown) - _MOST_TOLD
    end = f" and {more} more" if more > 0 else ""
    return ", ".join(shown[:_MOST_TOLD]) + end


def _find_labels(files: _Files) -> tuple[str, ...]:
    """The names of the classes, in order: of a list, or of a sketch's array."""
    for path, data in files.items():
        if PurePosixPath(path).name.lower() in _LABEL_FILES:
            return read_labels(data.decode("utf-8-sig", "replace"))
    for path, data in files.items():
        if Path(path).suffix.lower() in _SOURCES:
            found = _LABEL_ARRAYS.search(data.decode("utf-8", "replace"))
            if found:
                return tuple(_STRINGS.findall(found[1]))
    return ()


def read_labels(text: str) -> tuple[str, ...]:
    r"""A name a line; all lines may begin with their numbers, as `0 cat`.

    >>> read_labels("0 cat\n1 house cat\n")
    ('cat', 'house cat')
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    numbered = [_NUMBERED.fullmatch(line) for line in lines]
    pairs = [(int(match[1]), match[2]) for match in numbered if match]
    if len(pairs) == len(lines) and [n for n, _ in pairs] == [*range(len(pairs))]:
        return tuple(label for _, label in pairs)
    return tuple(lines)

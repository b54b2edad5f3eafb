"""The arrays of a NumPy `.npz`, or of `.npy` files, without trust in what they claim.

The archive's directory is checked before a member is inflated, and an array's header is
held against its length before it becomes an array. Nothing is unpickled.
"""

from __future__ import annotations

import io
import math
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.errors import DatasetError
from tinycnn.files import reading

__all__ = ["Archive", "ArrayFolder", "PixelTable", "is_pixel_table", "open_archive"]

_MAX_BYTES = 2 << 30
_MAX_EXPANSION = 100
_MANY_COLUMNS = 17  # a label and 4x4 pixels
_LABEL_COLUMNS = ("label", "labels", "class", "target", "y")
# Sorted labels compress a thousandfold; a member this small can do no harm.
_SMALL_BYTES = 16 << 20
# What zipfile and zlib raise for a broken or encrypted archive.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
# What NumPy raises for a broken header, which is a Python literal.
_HEADER_ERRORS = (
    EOFError,
    MemoryError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    tokenize.TokenError,
)


class Archive:
    """An open archive, whose arrays are read when they are asked for.

    Args:
        path: Its file, for messages.
        archive: Its directory, checked.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._archive = path, archive
        names = archive.namelist()
        self.keys = tuple(n.removesuffix(".npy") for n in names if n.endswith(".npy"))

    def read(self, key: str) -> NDArray[np.generic]:
        """The array `key`, read-only.

        Raises:
            DatasetError: If it is damaged, empty, or neither numbers nor text.
        """
        data = self._archive.read(f"{key}.npy")
        return _parse_npy(f"{self._path}: array '{key}'", data)


class ArrayFolder:
    """The `.npy` files of a folder, as if they were an archive's.

    Args:
        folder: Where they are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.keys = tuple(sorted(path.stem for path in folder.glob("*.npy")))

    def read(self, key: str) -> NDArray[np.generic]:
        """The array `key`, read-only.

        Raises:
            DatasetError: As `Archive.read`, or if its file cannot be read.
        """
        path = self._folder / f"{key}.npy"
        try:
            with reading(path, max_bytes=_MAX_BYTES) as stream:
                data = stream.read()
        except OSError as error:
            raise DatasetError(f"{path}: cannot be read: {error.strerror}") from error
        return _parse_npy(str(path), data)


class PixelTable:
    """A `.csv` of a picture a row, its label and its pixels, as if it were an archive.

    Args:
        path: The file, as `is_pixel_table` accepts it.
    """

    keys = ("x", "y")

    def __init__(self, path: Path) -> None:
        with reading(path, max_bytes=_MAX_BYTES) as stream:
            first = stream.readline().decode("utf-8-sig", "replace").strip()
        names = [name.strip(" \"'").lower() for name in first.split(",")]
        has_header = not _is_numeric(names)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                rows = np.loadtxt(
                    path,
                    np.float32,
                    delimiter=",",
                    skiprows=int(has_header),
                    encoding="utf-8-sig",
                    ndmin=2,
                )
        except (ValueError, UserWarning) as error:
            raise DatasetError(
                f"{path}: not a table of pixels: {error}",
                hint="each row holds a label and as many numbers as the first",
            ) from error
        label = next((n for n, s in enumerate(names) if s in _LABEL_COLUMNS), 0)
        pixels = np.delete(rows, label, axis=1)
        as_bytes = pixels.astype(np.uint8) if _are_bytes(pixels) else pixels
        self._arrays = {"x": as_bytes, "y": rows[:, label].astype(np.int64)}

    def read(self, key: str) -> NDArray[np.generic]:
        """The pixels, a row a picture, or the labels."""
        return self._arrays[key]


def is_pixel_table(path: Path) -> bool:
    """Whether a `.csv` is of numbers in many columns, with or without a header."""
    try:
        with reading(path, max_bytes=_MAX_BYTES) as stream:
            lines = [stream.readline(1 << 20).decode("utf-8-sig", "replace")] * 2
            lines[1] = stream.readline(1 << 20).decode("utf-8", "replace")
    except OSError:
        return False
    cells = lines[1].split(",")
    is_wide = len(cells) == lines[0].count(",") + 1 >= _MANY_COLUMNS
    return is_wide and _is_numeric(cells)


def _is_numeric(cells: Sequence[str]) -> bool:
    try:
        [float(cell) for cell in cells]
    except ValueError:
        return False
    return True


def _are_bytes(pixels: NDArray[np.float32]) -> bool:
    is_whole = bool(np.array_equal(pixels, np.floor(pixels)))
    return is_whole and float(pixels.min()) >= 0 and 1 < float(pixels.max()) <= 255


@contextmanager
def open_archive(path: Path) -> Iterator[Archive | ArrayFolder | PixelTable]:
    """The archive at `path`, a table, or the `.npy` files of that folder or beside it.

    Raises:
        DatasetError: If it cannot be read, is none, or would be too large.
    """
    if path.suffix.lower() == ".csv":
        yield PixelTable(path)
        return
    if path.suffix.lower() == ".npy" or path.is_dir():
        yield ArrayFolder(path if path.is_dir() else path.parent)
        return
    try:
        with (
            reading(path, max_bytes=_MAX_BYTES) as stream,
            zipfile.ZipFile(stream) as archive,
        ):
            _check_directory(path, archive)
            yield Archive(path, archive)
    except _ZIP_ERRORS as error:
        reason = getattr(error, "strerror", None) or error
        raise DatasetError(f"{path}: not a readable .npz archive: {reason}") from error


def _check_directory(path: Path, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    if total > _MAX_BYTES:
        raise DatasetError(
            f"{path}: expected at most {_MAX_BYTES:,} bytes of arrays, got {total:,}"
        )
    for member in members:
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DatasetError(
                f"{path}: member '{member.filename}': expected to be stored or "
                f"deflated, got compression {member.compress_type}"
            )
        limit = max(_SMALL_BYTES, member.compress_size * _MAX_EXPANSION)
        if member.file_size > limit:
            raise DatasetError(
                f"{path}: member '{member.filename}' expands more than "
                f"{_MAX_EXPANSION}-fold, from {member.compress_size:,} to "
                f"{member.file_size:,} bytes",
                hint="save it without compression, by numpy.savez",
            )


def _parse_npy(subject: str, data: bytes) -> NDArray[np.generic]:
    """The array in the bytes of a `.npy` file, without a copy.

    NumPy's own reader allocates what the header claims; this one compares first.
    """
    stream = io.BytesIO(data)
    try:
        shape, fortran, dtype = _read_header(stream)
    except _HEADER_ERRORS as error:
        raise DatasetError(f"{subject}: not a .npy array") from error
    if dtype.kind not in "biufSU":
        raise DatasetError(
            f"{subject}: expected numbers, got dtype {dtype}",
            hint="save plain arrays, text as numpy.array(labels, dtype=str); objects "
            "would have to be unpickled",
        )
    if min(shape, default=0) < 1:
        raise DatasetError(f"{subject}: expected elements, got shape {shape}")
    offset = stream.tell()
    expected_bytes = math.prod(shape) * dtype.itemsize
    if expected_bytes != len(data) - offset:
        raise DatasetError(
            f"{subject}: expected {expected_bytes:,} bytes for shape {shape} "
            f"of {dtype}, got {len(data) - offset:,}"
        )
    flat = np.frombuffer(data, dtype, offset=offset)
    return flat.reshape(shape, order="F" if fortran else "C")


def _read_header(stream: io.BytesIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(stream)
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in readers:
        raise ValueError(f"version {version}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # headers that Python 2 wrote
        shape, fortran, dtype = readers[version](stream)
    return shape, fortran, dtype

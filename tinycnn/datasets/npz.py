"""Images and labels from a NumPy `.npz` archive: `x` and `y`.

`x` is uint8, NHWC or NHW (one channel is added); `y` holds whole numbers that count the
classes from 0. The archive's directory is checked before a member is inflated, and an
array's header is held against its length before it becomes an array. Nothing is
unpickled.
"""

from __future__ import annotations

import io
import math
import struct
import tokenize
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import Split
from tinycnn.datasets.split import make_split
from tinycnn.errors import DatasetError

__all__ = ["read_npz"]

_MAX_BYTES = 2 << 30
_MAX_EXPANSION = 100
_MAX_CLASSES = 1_000
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


def read_npz(path: Path) -> tuple[Split, tuple[str, ...]]:
    """The images and labels of the archive at `path`, and the class names "0", "1", ...

    Raises:
        DatasetError: If the file is no such archive, or too large, or an array is
            missing or has a wrong type, shape, length or content.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(path, archive)
            arrays = {key: _read_member(path, archive, key) for key in ("x", "y")}
    except _ZIP_ERRORS as error:
        raise DatasetError(f"{path}: not a readable .npz archive: {error}") from error
    images = _check_images(path, arrays["x"])
    labels = _check_labels(path, arrays["y"], len(images))
    class_names = tuple(str(i) for i in range(int(labels.max()) + 1))
    return make_split(images, labels), class_names


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


def _read_member(path: Path, archive: zipfile.ZipFile, key: str) -> NDArray[np.generic]:
    """The array `key`, read-only."""
    member = f"{key}.npy"
    if member not in archive.namelist():
        found = ", ".join(sorted(archive.namelist())[:8]) or "nothing"
        raise DatasetError(
            f"{path}: expected arrays 'x' and 'y', '{key}' is missing, got {found}",
            hint="save it by numpy.savez(path, x=images, y=labels)",
        )
    return _parse_npy(f"{path}: array '{key}'", archive.read(member))


def _parse_npy(subject: str, data: bytes) -> NDArray[np.generic]:
    """The array in the bytes of a `.npy` file, without a copy.

    NumPy's own reader allocates what the header claims; this one compares first.
    """
    stream = io.BytesIO(data)
    try:
        shape, fortran, dtype = _read_header(stream)
    except _HEADER_ERRORS as error:
        raise DatasetError(f"{subject}: not a .npy array") from error
    if dtype.kind not in "biufc":
        raise DatasetError(
            f"{subject}: expected numbers, got dtype {dtype}",
            hint="save plain arrays; objects would have to be unpickled",
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


def _check_images(path: Path, x: NDArray[np.generic]) -> NDArray[np.uint8]:
    channels = x.shape[3] if x.ndim == 4 else 1
    if x.dtype != np.uint8 or x.ndim not in (3, 4) or channels not in (1, 3):
        raise DatasetError(
            f"{path}: array 'x': expected uint8 images of shape (N, H, W) or "
            f"(N, H, W, 1 or 3), got {x.dtype} {x.shape}",
            hint="scale values to 0 to 255 and convert them to uint8",
        )
    images: NDArray[np.uint8] = x.astype(np.uint8, copy=False)
    return np.ascontiguousarray(images.reshape((*x.shape[:3], channels)))


def _check_labels(path: Path, y: NDArray[np.generic], images: int) -> NDArray[np.int64]:
    if y.dtype.kind not in "iu" or y.shape != (images,):
        raise DatasetError(
            f"{path}: array 'y': expected whole numbers of shape ({images},), "
            f"got {y.dtype} {y.shape}"
        )
    lowest, highest = int(y.min()), int(y.max())
    if lowest < 0 or not 1 <= highest < _MAX_CLASSES:
        raise DatasetError(
            f"{path}: array 'y': expected 2 to {_MAX_CLASSES:,} classes that count "
            f"from 0, got labels {lowest} to {highest}"
        )
    return y.astype(np.int64)

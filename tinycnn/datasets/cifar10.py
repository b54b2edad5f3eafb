"""CIFAR-10 (Krizhevsky, 2009): 60,000 RGB images of 32x32 pixels in ten classes.

The published binary version is an archive of six batches of 10,000 records: a label,
then 1,024 bytes each of red, green and blue. In its place a local folder may hold six
`.xz` files, one a batch: all labels, then all images, in which red and blue are stored
as differences from green, and each pixel as the difference from the one above and the
one to the left. Such copies have no published digest, and a warning says so.
"""

from __future__ import annotations

import logging
import lzma
import tarfile
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import Dataset, Split
from tinycnn.datasets.download import Progress, RemoteFile, find_file, locate_file
from tinycnn.datasets.split import make_split, split_by_class
from tinycnn.errors import DatasetError

__all__ = ["CIFAR10_ARCHIVE", "find_compact", "load_cifar10"]
__all__ += ["read_archive", "read_compact"]

CIFAR10_ARCHIVE = RemoteFile(
    "cifar-10-binary.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    170_052_171,
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
)
_NAME = "cifar10"
_CLASS_NAMES = tuple(
    "airplane automobile bird cat deer dog frog horse ship truck".split()
)
# The batches to train on, then the one to test.
_MEMBERS = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")
_COMPACT = (*(f"cifar10_train_{n}.xz" for n in range(1, 6)), "cifar10_test.xz")
_PLANES = (3, 32, 32)
_RECORD_BYTES = 1 + 3 * 32 * 32
_MAX_BATCH_BYTES = 10_000 * _RECORD_BYTES

_log = logging.getLogger(__name__)


def load_cifar10(
    *,
    seed: int,
    validation: float,
    folders: Sequence[Path] = (),
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """CIFAR-10: its test set as published, `validation`, a share, out of train.

    Raises:
        DatasetError: If it cannot be had, or is damaged.
    """
    compact = find_compact(folders, cache)
    if compact is not None:
        _log.warning("%s: a copy of CIFAR-10 without a published digest", compact)
        with ThreadPoolExecutor() as pool:
            batches = list(pool.map(read_compact, (compact / f for f in _COMPACT)))
    else:
        batches = read_archive(
            find_file(
                _NAME,
                CIFAR10_ARCHIVE,
                folders=folders,
                cache=cache,
                progress=progress,
            )
        )
    images = np.concatenate([batch.images for batch in batches[:-1]])
    labels = np.concatenate([batch.labels for batch in batches[:-1]])
    count = round(len(labels) * validation)
    train, held_out = split_by_class(labels, _CLASS_NAMES, held_out=[count], seed=seed)
    return Dataset(
        _NAME,
        _CLASS_NAMES,
        train=make_split(images, labels, train),
        validation=make_split(images, labels, held_out),
        test=batches[-1],
    )


def find_compact(folders: Sequence[Path], cache: Path | None) -> Path | None:
    """Where the `.xz` files to use are; None if the archive or nothing is there."""
    if locate_file(_NAME, CIFAR10_ARCHIVE, folders=folders, cache=cache):
        return None
    candidates = (folder / _NAME for folder in folders)
    return next((f for f in candidates if (f / _COMPACT[0]).is_file()), None)


def read_archive(path: Path) -> list[Split]:
    """The six batches of the published archive; nothing is written to the disk.

    Raises:
        DatasetError: If the file cannot be read, or a batch is missing or damaged.
    """
    batches = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                stream = archive.extractfile(member)
                if stream is not None and member.size <= _MAX_BATCH_BYTES:
                    batches[Path(member.name).name] = stream.read()
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path}: not a readable archive: {error}") from error
    missing = [name for name in _MEMBERS if name not in batches]
    if missing:
        raise DatasetError(f"{path}: expected {missing[0]} in it, got none")
    return [_parse_records(f"{path}: {name}", batches[name]) for name in _MEMBERS]


def read_compact(path: Path) -> Split:
    """The batch in an `.xz` file.

    Raises:
        DatasetError: If the file cannot be read, or is damaged.
    """
    try:
        with lzma.open(path) as stream:
            data = stream.read(_MAX_BATCH_BYTES + 1)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise DatasetError(f"{path}: not a readable .xz file: {error}") from error
    labels, pixels = np.split(
        _check_size(str(path), data), [len(data) // _RECORD_BYTES]
    )
    planes = pixels.reshape(-1, *_PLANES)
    for axis in (3, 2):  # columns, then rows; sums wrap at 256, as the differences did
        planes = np.cumsum(planes, axis=axis, dtype=np.uint8)
    planes[:, (0, 2)] += planes[:, 1:2]
    return _make_batch(str(path), planes, labels)


def _parse_records(subject: str, data: bytes) -> Split:
    records = _check_size(subject, data).reshape(-1, _RECORD_BYTES)
    planes = records[:, 1:].reshape(-1, *_PLANES)
    return _make_batch(subject, planes, records[:, 0])


def _check_size(subject: str, data: bytes) -> NDArray[np.uint8]:
    if not 0 < len(data) <= _MAX_BATCH_BYTES or len(data) % _RECORD_BYTES:
        raise DatasetError(
            f"{subject}: expected 1 to 10,000 times {_RECORD_BYTES:,} bytes, got "
            f"{len(data):,}"
        )
    return np.frombuffer(data, np.uint8)


def _make_batch(
    subject: str, planes: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> Split:
    if labels.max() >= len(_CLASS_NAMES):
        raise DatasetError(f"{subject}: expected labels below 10, got {labels.max()}")
    images = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
    return make_split(images, labels.astype(np.int64))

"""MNIST and Fashion-MNIST: gzipped IDX files, exactly as they were published.

IDX is a big-endian header (two zero bytes, element type, number of dimensions, one
uint32 a dimension), then the elements. Only the uint8 element type is read. A file is
inflated up to a fixed cap first; the header is then held against the length, so no
number in it ever decides how much is allocated.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import Dataset
from tinycnn.datasets.download import Progress, RemoteFile, find_file
from tinycnn.datasets.split import make_split, split_by_class
from tinycnn.errors import DatasetError

__all__ = ["IDX_SOURCES", "IdxSource", "load_idx_dataset", "read_idx"]

_MAX_BYTES = 256 << 20  # MNIST's largest file inflates to 45 MiB
_CHUNK_BYTES = 1 << 20
_UINT8 = 0x08


@dataclass(frozen=True, slots=True)
class IdxSource:
    """A data set published as four IDX files.

    Attributes:
        name: Its name.
        class_names: One for each label.
        files: Train images, train labels, test images, test labels.
        validation_images: How many train images are held out for validation.
    """

    name: str
    class_names: tuple[str, ...]
    files: tuple[RemoteFile, ...]
    validation_images: int = 5_000


_FILE_NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _source(
    name: str, class_names: Sequence[str], url: str, files: Sequence[tuple[int, str]]
) -> IdxSource:
    """The source whose four files, given as (bytes, sha256), lie under `url`."""
    remote = (
        RemoteFile(file_name, url + file_name, size, sha256)
        for file_name, (size, sha256) in zip(_FILE_NAMES, files, strict=True)
    )
    return IdxSource(name, tuple(class_names), tuple(remote))


IDX_SOURCES = {
    "mnist": _source(
        "mnist",
        "0123456789",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        (
            (
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            (
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            (
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            (
                4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        ),
    ),
    "fashion-mnist": _source(
        "fashion-mnist",
        (
            "t-shirt",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ),
        # The authors' repository, at its last commit to date.
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/"
        "b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/",
        (
            (
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            (
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            ),
            (
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            (
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
        ),
    ),
}


def load_idx_dataset(
    source: IdxSource,
    *,
    seed: int,
    validation: float | None = None,
    folders: Sequence[Path] = (),
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """The data set of `source`: its test set as published, validation out of train.

    Args:
        source: Which data set.
        seed: Decides the split.
        validation: The share that is held out; by default `source` says.
        folders: As for `find_file`.
        cache: Likewise.
        progress: Likewise.

    Raises:
        DatasetError: If a file cannot be had, read, or does not fit the others.
    """
    paths = [
        find_file(source.name, file, folders=folders, cache=cache, progress=progress)
        for file in source.files
    ]
    train_images, train_labels = _read_pair(paths[0], paths[1], source)
    test_images, test_labels = _read_pair(paths[2], paths[3], source)
    count = round(len(train_labels) * validation) if validation else None
    train, held_out = split_by_class(
        train_labels,
        source.class_names,
        held_out=[count or source.validation_images],
        seed=seed,
    )
    return Dataset(
        source.name,
        source.class_names,
        train=make_split(train_images, train_labels, train),
        validation=make_split(train_images, train_labels, held_out),
        test=make_split(test_images, test_labels),
    )


def read_idx(path: Path, *, dimensions: int) -> NDArray[np.uint8]:
    """The elements of a gzipped uint8 IDX file, read-only, in the file's shape.

    Raises:
        DatasetError: If the file cannot be read, is not such a file, has another
            number of dimensions, or is longer or shorter than its header says.
    """
    data = _inflate(path)
    header_bytes = 4 + 4 * dimensions
    if len(data) < header_bytes:
        raise DatasetError(
            f"{path}: expected an IDX header of {header_bytes} bytes, got {len(data)}"
        )
    magic, *shape = struct.unpack_from(f">{1 + dimensions}I", data)
    expected_magic = _UINT8 << 8 | dimensions
    if magic != expected_magic:
        raise DatasetError(
            f"{path}: expected IDX magic 0x{expected_magic:08x}, got 0x{magic:08x}"
        )
    if 0 in shape:
        raise DatasetError(f"{path}: holds no elements")
    expected_bytes = header_bytes + math.prod(shape)
    if len(data) != expected_bytes:
        size = " x ".join(str(n) for n in shape)
        raise DatasetError(
            f"{path}: expected {expected_bytes:,} bytes for {size} elements, "
            f"got {len(data):,}"
        )
    return np.frombuffer(data, np.uint8, offset=header_bytes).reshape(shape)


def _inflate(path: Path) -> bytes:
    data = bytearray()
    try:
        with gzip.open(path) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                data += chunk
                if len(data) > _MAX_BYTES:
                    limit = _MAX_BYTES >> 20
                    raise DatasetError(f"{path}: inflates to more than {limit} MiB")
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path}: not a readable gzip file: {error}") from error
    return bytes(data)


def _read_pair(
    images_path: Path, labels_path: Path, source: IdxSource
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    images = read_idx(images_path, dimensions=3)
    labels = read_idx(labels_path, dimensions=1)
    if len(images) != len(labels):
        raise DatasetError(
            f"{labels_path}: expected {len(images):,} labels, "
            f"one for each image of {images_path.name}, got {len(labels):,}"
        )
    if labels.max() >= len(source.class_names):
        raise DatasetError(
            f"{labels_path}: expected labels below {len(source.class_names)}, "
            f"got {labels.max()}"
        )
    return images[..., np.newaxis], labels.astype(np.int64)

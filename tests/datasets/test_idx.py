from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tinycnn.datasets.download import RemoteFile
from tinycnn.datasets.idx import IDX_SOURCES, IdxSource, load_idx_dataset, read_idx
from tinycnn.errors import DatasetError

IdxBytes = Callable[[NDArray[np.uint8]], bytes]
PIXELS = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes], Path]:
    """A function that writes bytes as a gzip file."""

    def write(data: bytes) -> Path:
        path = tmp_path / "images.gz"
        path.write_bytes(gzip.compress(data, compresslevel=1, mtime=0))
        return path

    return write


def _header(magic: int, *shape: int) -> bytes:
    return struct.pack(f">{1 + len(shape)}I", magic, *shape)


def test_a_file_gives_its_array(
    write: Callable[[bytes], Path], idx_bytes: IdxBytes
) -> None:
    """What was written is read, read-only."""
    array = read_idx(write(idx_bytes(PIXELS)), dimensions=3)

    assert np.array_equal(array, PIXELS)
    assert not array.flags.writeable


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "expected an IDX header of 16 bytes, got 0"),
        (_header(0x803, 1, 1), "expected an IDX header of 16 bytes, got 12"),
        (_header(0x801, 1, 1, 1), "expected IDX magic 0x00000803, got 0x00000801"),
        (_header(0xD03, 1, 1, 1), "expected IDX magic 0x00000803, got 0x00000d03"),
        (_header(0x803, 0, 2**32 - 1, 1), "holds no elements"),
        (
            _header(0x803, 2, 3, 4) + bytes(23),
            "expected 40 bytes for 2 x 3 x 4 elements, got 39",
        ),
        (
            _header(0x803, 2, 3, 4) + bytes(25),
            "expected 40 bytes for 2 x 3 x 4 elements, got 41",
        ),
        (
            _header(0x803, *[2**32 - 1] * 3),
            "expected 79,228,162,458,924,105,385,300,197,391 bytes",
        ),
    ],
)
def test_a_wrong_header_is_one_clear_error(
    write: Callable[[bytes], Path], data: bytes, message: str
) -> None:
    """A header that does not fit the file says what was expected and what is there."""
    with pytest.raises(DatasetError) as caught:
        read_idx(write(data), dimensions=3)

    assert f"images.gz: {message}" in str(caught.value)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"not gzip",
        lambda data: data[:-9],
        lambda data: data + b"trailing",
        lambda data: data[:20] + bytes(8) + data[28:],
    ],
    ids=["other", "truncated", "trailing", "overwritten"],
)
def test_a_damaged_gzip_file_is_named(
    write: Callable[[bytes], Path],
    idx_bytes: IdxBytes,
    damage: Callable[[bytes], bytes],
) -> None:
    """What is not one whole gzip stream is an error with the file's name."""
    path = write(idx_bytes(PIXELS))
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(DatasetError, match=r"images\.gz: not a readable gzip file"):
        read_idx(path, dimensions=3)


def test_inflating_stops_at_a_cap(write: Callable[[bytes], Path]) -> None:
    """A small file that inflates without end is refused."""
    path = write(bytes(257 << 20))

    with pytest.raises(DatasetError, match="inflates to more than 256 MiB"):
        read_idx(path, dimensions=3)


def test_damaged_files_never_raise_anything_else(
    write: Callable[[bytes], Path],
    idx_bytes: IdxBytes,
    mutants: Callable[..., Iterator[bytes]],
) -> None:
    """300 damaged gzip streams and 300 damaged contents are read or refused."""
    data = idx_bytes(PIXELS)
    path = write(data)
    packed = path.read_bytes()
    refused = 0

    for mutant in mutants(packed, seed=1, count=300):
        path.write_bytes(mutant)
        refused += _is_refused(path)
    for mutant in mutants(data, seed=2, count=300):
        refused += _is_refused(write(mutant))

    assert refused > 300


def _is_refused(path: Path) -> bool:
    try:
        read_idx(path, dimensions=3)
    except DatasetError:
        return True
    return False


def test_the_published_test_set_stays_and_validation_is_held_out(
    idx_source: IdxSource, tmp_path: Path
) -> None:
    """Test images keep their order; validation comes out of the train images."""
    dataset = load_idx_dataset(idx_source, seed=1, folders=[tmp_path / "data"])

    assert dataset.name == "tiny"
    assert dataset.image_shape == (4, 4, 1)
    assert [len(s) for s in (dataset.train, dataset.validation, dataset.test)] == [
        *(16, 4, 6)
    ]
    assert np.bincount(dataset.validation.labels).tolist() == [2, 2]
    published = read_idx(
        tmp_path / "data" / "tiny" / idx_source.files[2].name, dimensions=3
    )
    assert np.array_equal(dataset.test.images[..., 0], published)


def test_less_can_be_held_out(idx_source: IdxSource, tmp_path: Path) -> None:
    """The share is of the train images; what is held out then was so before."""
    folders = [tmp_path / "data"]
    usual = load_idx_dataset(idx_source, seed=1, folders=folders)
    less = load_idx_dataset(idx_source, seed=1, validation=0.1, folders=folders)

    assert len(less.validation) == 2
    assert len(less.train) == 18
    held_out = {image.tobytes() for image in usual.validation.images}
    assert {image.tobytes() for image in less.validation.images} < held_out


def test_the_same_seed_gives_the_same_data_set(
    idx_source: IdxSource, tmp_path: Path
) -> None:
    """Two loads agree to the last byte, and the seed matters."""
    folders = [tmp_path / "data"]
    first, again, other = (
        load_idx_dataset(idx_source, seed=seed, folders=folders).sha256
        for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other


def test_labels_must_be_as_many_as_images(
    idx_source: IdxSource, tmp_path: Path
) -> None:
    """The labels of the test set do not fit the train images."""
    files = idx_source.files
    swapped = replace(idx_source, files=(files[0], files[3], files[2], files[3]))

    with pytest.raises(DatasetError, match=r"expected 20 labels.*got 6"):
        load_idx_dataset(swapped, seed=1, folders=[tmp_path / "data"])


def test_labels_must_name_a_class(idx_source: IdxSource, tmp_path: Path) -> None:
    """A label beyond the class names is refused."""
    source = replace(idx_source, class_names=("only",))

    with pytest.raises(DatasetError, match="expected labels below 1, got 1"):
        load_idx_dataset(source, seed=1, folders=[tmp_path / "data"])


def test_published_files_are_pinned() -> None:
    """Every published file has an https address, a size and a digest of its own."""
    files: list[RemoteFile] = [f for s in IDX_SOURCES.values() for f in s.files]

    assert len({file.sha256 for file in files}) == 8
    assert all(len(bytes.fromhex(file.sha256)) == 32 for file in files)
    assert all(file.url.startswith("https://") for file in files)
    assert all(file.url.endswith(file.name) for file in files)

from __future__ import annotations

import io
import lzma
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tinycnn.datasets import load_dataset
from tinycnn.datasets.cifar10 import read_archive, read_compact
from tinycnn.errors import DatasetError
from tinycnn.project import DatasetSettings

LABELS = np.repeat(np.arange(10, dtype=np.uint8), 4)
BATCHES = [*(f"data_batch_{n}.bin" for n in range(1, 6)), "test_batch.bin"]


def _images(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (40, 32, 32, 3), np.uint8)


def _records(images: NDArray[np.uint8]) -> bytes:
    """A batch as https://www.cs.toronto.edu/~kriz/cifar.html describes it."""
    planes = images.transpose(0, 3, 1, 2).reshape(40, -1)
    return np.column_stack([LABELS, planes]).tobytes()


def _differences(images: NDArray[np.uint8]) -> bytes:
    """Labels, then planes as differences; numpy.diff undoes numpy.cumsum."""
    planes = images.transpose(0, 3, 1, 2).copy()
    planes[:, (0, 2)] -= planes[:, 1:2]
    for axis in (2, 3):
        planes = np.diff(planes, axis=axis, prepend=np.uint8(0))
    return LABELS.tobytes() + planes.tobytes()


def _write_archive(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


@pytest.fixture
def members() -> dict[str, bytes]:
    """Small batches under their published names, and a file that is none."""
    batches = {name: _records(_images(seed)) for seed, name in enumerate(BATCHES)}
    return {"readme.html": b"<html>", **batches}


@pytest.fixture
def compact(tmp_path: Path) -> Path:
    """A folder with a compact copy of small batches."""
    (tmp_path / "cifar10").mkdir()
    names = [*(f"cifar10_train_{n}.xz" for n in range(1, 6)), "cifar10_test.xz"]
    for seed, name in enumerate(names):
        data = lzma.compress(_differences(_images(seed)), preset=0)
        (tmp_path / "cifar10" / name).write_bytes(data)
    return tmp_path


def test_the_archive_gives_its_batches(
    tmp_path: Path, members: dict[str, bytes]
) -> None:
    """Planes become pixels; the batches are in their order, test last."""
    batches = read_archive(_write_archive(tmp_path / "a.tar.gz", members))

    assert len(batches) == 6
    for seed, batch in enumerate(batches):
        assert np.array_equal(batch.images, _images(seed))
        assert np.array_equal(batch.labels, LABELS)


def test_the_archive_must_be_the_published_one(tmp_path: Path) -> None:
    """A local copy is verified before it is read."""
    (tmp_path / "cifar10").mkdir()
    (tmp_path / "cifar10" / "cifar-10-binary.tar.gz").write_bytes(b"")

    with pytest.raises(DatasetError, match="expected sha256 c4a38c50a1bc5f3a1c55"):
        load_dataset(DatasetSettings(name="cifar10"), seed=1, folders=[tmp_path])


def test_a_compact_copy_is_found_and_told(
    compact: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Five batches to train on, a tenth of them to validate, one to test."""
    dataset = load_dataset(DatasetSettings(name="cifar10"), seed=1, folders=[compact])

    assert dataset.class_names[:3] == ("airplane", "automobile", "bird")
    assert dataset.image_shape == (32, 32, 3)
    assert [len(s) for s in (dataset.train, dataset.validation)] == [180, 20]
    assert np.array_equal(dataset.test.images, _images(5))
    assert np.array_equal(dataset.test.labels, LABELS)
    assert caplog.messages == [
        f"{compact / 'cifar10'}: a copy of CIFAR-10 without a published digest"
    ]


def test_more_can_be_held_out(compact: Path) -> None:
    """The share is of what is there to train on."""
    settings = DatasetSettings(name="cifar10", validation_fraction=0.25)
    dataset = load_dataset(settings, seed=1, folders=[compact])

    assert [len(s) for s in (dataset.train, dataset.validation)] == [150, 50]


def test_the_archive_is_preferred_to_a_compact_copy(compact: Path) -> None:
    """Where both are, the one with a digest is read."""
    (compact / "cifar10" / "cifar-10-binary.tar.gz").write_bytes(b"")

    with pytest.raises(DatasetError, match="expected sha256"):
        load_dataset(DatasetSettings(name="cifar10"), seed=1, folders=[compact])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ({"test_batch.bin": None}, "expected test_batch.bin in it, got none"),
        ({"test_batch.bin": b""}, "expected 1 to 10,000 times 3,073 bytes, got 0"),
        ({"test_batch.bin": bytes(3072)}, "times 3,073 bytes, got 3,072"),
        ({"data_batch_2.bin": b"\x0a" + bytes(3072)}, "expected labels below 10, got"),
    ],
)
def test_a_damaged_archive_is_named(
    tmp_path: Path,
    members: dict[str, bytes],
    damage: dict[str, bytes | None],
    message: str,
) -> None:
    """The batch that is missing or wrong is in the message."""
    damaged = {n: d for n, d in {**members, **damage}.items() if d is not None}

    with pytest.raises(DatasetError, match=message) as caught:
        read_archive(_write_archive(tmp_path / "a.tar.gz", damaged))

    assert next(iter(damage)) in str(caught.value)


def test_a_compact_file_never_expands_beyond_a_batch(tmp_path: Path) -> None:
    """A small file that inflates without end is refused."""
    path = tmp_path / "cifar10_test.xz"
    path.write_bytes(lzma.compress(bytes(40_000_000), preset=0))

    with pytest.raises(DatasetError, match="3,073 bytes, got 30,730,001"):
        read_compact(path)


@pytest.mark.parametrize("kind", ["archive", "compact"])
def test_damaged_files_never_raise_anything_else(
    tmp_path: Path,
    members: dict[str, bytes],
    mutants: Callable[..., Iterator[bytes]],
    kind: str,
) -> None:
    """100 damaged files of each kind are read or refused."""
    path = tmp_path / "file"
    if kind == "archive":
        read: Callable[[Path], object] = read_archive
        data = _write_archive(path, members).read_bytes()
    else:
        read, data = read_compact, lzma.compress(_differences(_images(1)), preset=0)
    refused = 0

    for mutant in mutants(data, seed=7, count=100):
        path.write_bytes(mutant)
        try:
            read(path)
        except DatasetError:
            refused += 1

    assert refused > 50

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinycnn.datasets.archive import is_pixel_table
from tinycnn.datasets.npz import read_npz
from tinycnn.errors import DatasetError

X = np.arange(6 * 4 * 5, dtype=np.uint8).reshape(6, 4, 5)
Y = np.array([0, 1, 2, 0, 1, 2])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test writes its archive."""
    return tmp_path / "data.npz"


def _npy(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def _save(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return path


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_grey_images_get_a_channel(path: Path, save: Callable[..., None]) -> None:
    """NHW images become NHWC; classes are named by their numbers."""
    save(path, x=X, y=Y)

    reading = read_npz(path)
    images = reading.images

    assert np.array_equal(images.images, X[..., np.newaxis])
    assert images.labels.tolist() == Y.tolist()
    assert images.labels.dtype == np.int64
    assert reading.class_names == ("0", "1", "2")


@pytest.mark.parametrize("dtype", ["u1", "<i2", ">i4", "<u8"])
def test_labels_of_any_integer_type_are_read(path: Path, dtype: str) -> None:
    """Width and byte order of the labels do not matter."""
    np.savez(path, x=X, y=Y.astype(dtype))

    images = read_npz(path).images

    assert images.labels.tolist() == Y.tolist()


def test_colour_images_in_fortran_order_are_read(path: Path) -> None:
    """The memory order of the array that was saved does not matter."""
    colour = np.arange(6 * 2 * 2 * 3, dtype=np.uint8).reshape(6, 2, 2, 3)
    np.savez(path, x=np.asfortranarray(colour), y=Y)

    images = read_npz(path).images

    assert np.array_equal(images.images, colour)
    assert images.images.flags.c_contiguous


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (X[0], Y, "got uint8 (4, 5)"),
        (np.zeros((6, 2, 2, 5), np.uint8), Y, "got uint8 (6, 2, 2, 5)"),
        (X[:0], Y, "array 'x': expected elements, got shape (0, 4, 5)"),
        (X, Y[:5], "array 'y': expected whole numbers of shape (6,), got int64 (5,)"),
        (X, np.full(6, np.nan), "got float64 (6,)"),
        (X, np.int64(3), "array 'y': expected elements, got shape ()"),
        (X, Y - 1, "expected 2 to 1,000 classes that count from 0, got labels -1 to 1"),
        (X, Y * 0, "got labels 0 to 0"),
        (X, Y.astype("u8") << 62, "got labels 0 to 9223372036854775808"),
        (X, np.array(["a"] * 6), "array 'y': expected 2 to 1,000 classes, got 1"),
        (np.array(["a"] * 6), Y, "array 'x': expected numbers, got dtype <U1"),
        (X, np.array([None] * 6), "array 'y': expected numbers, got dtype object"),
        (X, np.zeros(6, "u1,u1"), "array 'y': expected numbers, got dtype [("),
    ],
)
def test_arrays_that_are_no_images_and_labels_are_refused(
    path: Path, x: Any, y: Any, message: str
) -> None:
    """The message says what was expected of the array and what it is."""
    _save(path, x=_npy(x), y=_npy(y))

    with pytest.raises(DatasetError) as caught:
        read_npz(path)

    assert str(path) in str(caught.value)
    assert message in str(caught.value)


def test_a_missing_array_is_named(path: Path) -> None:
    """The message lists what the archive has instead."""
    np.savez(path, x_train=X, y=Y)

    with pytest.raises(DatasetError) as caught:
        read_npz(path)

    assert str(caught.value) == (
        f"{path}: expected arrays 'x' and 'y', 'x' is missing, got x_train.npy, y.npy"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x93NUMPY",
        b"\x93NUMPY\x03\x00" + struct.pack("<I", 0),
        b"\x93NUMPY\x01\x00" + struct.pack("<H", 9999) + b"{}",
        b"\x93NUMPY\x01\x00" + struct.pack("<H", 3) + b"{}\n",
        b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**32 - 1) + b"{}\n",
        b"\x93NUMPY\x01\x00" + struct.pack("<H", 5000) + b"(" * 5000,
    ],
)
def test_a_broken_array_header_is_refused(path: Path, data: bytes) -> None:
    """What is not a `.npy` file of version 1 or 2 is named by its key."""
    _save(path, x=data, y=_npy(Y))

    with pytest.raises(DatasetError, match=r"array 'x': not a \.npy array"):
        read_npz(path)


def test_a_header_cannot_claim_more_than_the_file_holds(path: Path) -> None:
    """A shape of 10^15 elements over 120 bytes is refused before it is allocated."""
    _save(path, x=_with_shape((10**6, 10**5, 10**4)), y=_npy(Y))

    with pytest.raises(
        DatasetError, match=r"expected 1,000,000,000,000,000 bytes .* got 120"
    ):
        read_npz(path)


def _with_shape(shape: tuple[int, ...]) -> bytes:
    stream = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.getvalue() + X.tobytes()


def test_an_archive_that_expands_too_much_is_refused(path: Path) -> None:
    """A member of 17 MiB that takes a few KiB is refused before it is inflated."""
    np.savez_compressed(path, x=np.zeros((17, 1024, 1024), np.uint8), y=Y)

    with pytest.raises(
        DatasetError, match=r"member 'x\.npy' expands more than 100-fold"
    ):
        read_npz(path)


def test_labels_in_order_may_compress_well(path: Path) -> None:
    """Sorted labels shrink a hundredfold and are no attack."""
    labels = np.repeat([0, 1], 50_000)
    np.savez_compressed(path, x=np.zeros((100_000, 1, 1), np.uint8), y=labels)

    images = read_npz(path).images

    assert len(images) == 100_000


def test_more_than_two_gibibytes_are_refused(path: Path) -> None:
    """The directory's sizes are added up before anything is read."""
    np.savez(path, x=X, y=Y)
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    size = struct.pack("<I", 3 << 30)
    path.write_bytes(data[: start + 24] + size + data[start + 28 :])

    with pytest.raises(DatasetError, match=r"at most 2,147,483,648 bytes of arrays"):
        read_npz(path)


def test_other_compressions_are_refused(path: Path) -> None:
    """NumPy stores or deflates; anything else is not its archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x.npy", _npy(X))

    with pytest.raises(DatasetError, match="stored or deflated, got compression 14"):
        read_npz(path)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no zip", b"\x93NUMPY"])
def test_a_file_that_is_no_archive_is_named(path: Path, data: bytes) -> None:
    """Anything but a zip file is one clear error."""
    path.write_bytes(data)

    with pytest.raises(DatasetError, match=r"data\.npz: not a readable \.npz archive"):
        read_npz(path)


def test_a_missing_file_is_named(path: Path) -> None:
    """The operating system's reason is in the message."""
    with pytest.raises(DatasetError, match=r"data\.npz: .*No such file"):
        read_npz(path)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_damaged_archives_never_raise_anything_else(
    path: Path, save: Callable[..., None], mutants: Callable[..., Iterator[bytes]]
) -> None:
    """300 damaged archives are read or refused."""
    save(path, x=X, y=Y)
    refused = 0

    for mutant in mutants(path.read_bytes(), seed=3, count=300):
        path.write_bytes(mutant)
        refused += _is_refused(path)

    assert refused > 100


def test_damaged_arrays_never_raise_anything_else(
    path: Path, mutants: Callable[..., Iterator[bytes]]
) -> None:
    """300 damaged `.npy` members of a sound archive are read or refused."""
    refused = 0

    for mutant in mutants(_npy(X)[:160], seed=4, count=300):
        refused += _is_refused(_save(path, x=mutant, y=_npy(Y)))

    assert refused > 100


def _is_refused(path: Path) -> bool:
    try:
        read_npz(path)
    except DatasetError:
        return True
    return False


def test_files_side_by_side_are_an_archive(tmp_path: Path) -> None:
    """`X_train.npy` beside `y_train.npy`, given by the folder or by one of them."""
    np.save(tmp_path / "X_train.npy", X)
    np.save(tmp_path / "y_train.npy", Y)

    for path in (tmp_path, tmp_path / "X_train.npy"):
        reading = read_npz(path)
        assert np.array_equal(reading.images.images[..., 0], X)
        assert reading.images.labels.tolist() == Y.tolist()


def test_another_file_beside_them_is_refused(tmp_path: Path) -> None:
    """Which was meant is not guessed."""
    for name, array in (("x", X), ("y", Y), ("other", Y)):
        np.save(tmp_path / f"{name}.npy", array)

    with pytest.raises(DatasetError, match=r"beside it are x\.npy, y\.npy"):
        read_npz(tmp_path / "other.npy")


@pytest.mark.parametrize("label_first", [True, False])
def test_a_table_may_hold_the_pixels(tmp_path: Path, label_first: bool) -> None:
    """A picture a row, as contests have MNIST; with a header where labels come last."""
    pixels = np.arange(6 * 16).reshape(6, 16)
    columns = [Y[:, None], pixels] if label_first else [pixels, Y[:, None]]
    rows = np.hstack(columns)
    header = "" if label_first else ",".join([*(f"p{n}" for n in range(16)), "label"])
    path = tmp_path / "train.csv"
    np.savetxt(path, rows, fmt="%d", delimiter=",", header=header, comments="")

    assert is_pixel_table(path)
    reading = read_npz(path)

    assert np.array_equal(reading.images.images.reshape(6, 16), pixels)
    assert reading.images.labels.tolist() == Y.tolist()


def test_a_broken_table_of_pixels_is_told(tmp_path: Path) -> None:
    """By the row that is wrong."""
    path = tmp_path / "train.csv"
    path.write_text("\n".join([",".join(["1"] * 20)] * 3 + ["1,2"]))

    with pytest.raises(DatasetError, match="not a table of pixels: the number"):
        read_npz(path)


def test_other_tables_hold_no_pixels(tmp_path: Path) -> None:
    """Neither names of files nor a few numbers."""
    for text in ("file,label\na.png,1\n", "1,2,3\n4,5,6\n", "", "x"):
        (tmp_path / "a.csv").write_text(text)
        assert not is_pixel_table(tmp_path / "a.csv")

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinycnn.datasets import load_dataset
from tinycnn.datasets.dataset import Reading
from tinycnn.datasets.npz import read_npz
from tinycnn.errors import DatasetError

RNG = np.random.Generator(np.random.PCG64(1))
COLOUR = RNG.integers(0, 256, (60, 6, 5, 3), np.uint8)
GREY = COLOUR[..., 0]
Y = np.arange(60) % 4


def _read(path: Path, **arrays: Any) -> Reading:
    np.savez(path / "data.npz", **arrays)
    return read_npz(path / "data.npz")


def _refusal(path: Path, **arrays: Any) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        _read(path, **arrays)
    assert str(path / "data.npz") in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("x", "expected", "note"),
    [
        (COLOUR, COLOUR, None),
        (GREY, GREY[..., None], None),
        (GREY[..., None], GREY[..., None], None),
        (COLOUR.transpose(0, 3, 1, 2), COLOUR, "channels before rows and columns"),
        (GREY[:, None], GREY[..., None], "channels before rows and columns"),
        (COLOUR.transpose(1, 2, 3, 0), COLOUR, "images along the last axis"),
        (GREY.transpose(1, 2, 0), GREY[..., None], "images along the last axis"),
        (
            GREY[:, :5].reshape(60, 25),
            GREY[:, :5, :, None],
            "rows of 5x5 grey pixels",
        ),
        (COLOUR[:, :1], COLOUR[:, :1], "1 row of 3 channels"),
        (COLOUR[:, 0], COLOUR[:, 0, ..., None], "grey images of 5 rows of 3 pixels"),
        (COLOUR.transpose(3, 1, 2, 0), COLOUR, "channels before rows and columns"),
    ],
)
def test_layouts_of_one_meaning_are_taken(
    tmp_path: Path, x: Any, expected: Any, note: str | None
) -> None:
    """NHWC is expected; any other layout is said aloud."""
    reading = _read(tmp_path, x=x, y=Y)

    assert np.array_equal(reading.images.images, expected)
    told = f"array 'x': {x.shape} is taken as {note}"
    assert reading.notes[-1:] == ((told,) if note else ())


@pytest.mark.parametrize(
    ("x", "message", "hint"),
    [
        (
            COLOUR[:, :, :3].transpose(0, 3, 1, 2),
            "expected a shape of one meaning, got (60, 3, 6, 3): 3 rows of 3 channels, "
            "or 3 channels of 3 columns",
            "pad the images to 5 pixels",
        ),
        (
            np.zeros((60, 4, 6, 3), np.uint8),
            "got (60, 4, 6, 3): 4 rows of 3 channels, or 4 channels of 3 columns",
            "pad the images to 5 pixels",
        ),
        (COLOUR[..., :2], "got uint8 (60, 6, 5, 2)", "grey, RGB and RGBA"),
        (
            np.zeros((60, 3 * 8 * 8), np.uint8),
            "got uint8 (60, 192)",
            "pixels or planes: reshape them",
        ),
        (COLOUR[:, None], "got uint8 (60, 1, 6, 5, 3)", "grey, RGB and RGBA"),
    ],
)
def test_layouts_of_two_meanings_are_refused(
    tmp_path: Path, x: Any, message: str, hint: str
) -> None:
    """The message shows both, the hint how to leave one."""
    error = _refusal(tmp_path, x=x, y=Y)

    assert message in str(error)
    assert hint in str(error.hint)


@pytest.mark.parametrize(
    ("x", "note"),
    [
        (COLOUR / 255, "float64 from 0 to 1: 1 is taken as white"),
        (COLOUR.astype("f4") / 127.5 - 1, "float32 from -1 to 1: -1 is taken as black"),
        (COLOUR.astype("f4"), "float32 from 0 to 255: 255 is taken as white"),
        (COLOUR.astype("i8"), "int64 from 0 to 255: 255 is taken as white"),
        (COLOUR.astype("u2") * 16, "uint16 from 0 to 4,080: taken as 12-bit"),
    ],
)
def test_values_of_other_ranges_become_bytes(tmp_path: Path, x: Any, note: str) -> None:
    """The bytes that they were, but for the last step of 12 bits."""
    reading = _read(tmp_path, x=x, y=Y)

    assert np.abs(reading.images.images.astype(int) - COLOUR).max() <= 1
    assert f"array 'x': {note}" in reading.notes[0]


def test_standardised_values_are_refused(tmp_path: Path) -> None:
    """They no longer say what black is."""
    error = _refusal(tmp_path, x=(COLOUR - COLOUR.mean()) / COLOUR.std(), y=Y)

    assert "array 'x': expected values from 0 to 255" in str(error)
    assert "standardised or centred" in str(error.hint)


def test_transparency_is_put_on_white(tmp_path: Path) -> None:
    """As that of a picture in a folder."""
    alpha = np.full((60, 6, 5, 1), 255, np.uint8)
    alpha[:, :2], alpha[:, 2:4] = 0, 128
    rgba = np.concatenate([COLOUR, alpha], axis=3)

    reading = _read(tmp_path, x=rgba, y=Y)

    images = reading.images.images
    assert (images[:, :2] == 255).all()
    half = np.rint((COLOUR[:, 2:4] * 128.0 + 255 * 127) / 255)
    assert np.array_equal(images[:, 2:4], half)
    assert np.array_equal(images[:, 4:], COLOUR[:, 4:])
    assert reading.notes == ("array 'x': 4 channels are taken as RGBA, on white",)

    alpha[:] = 255
    opaque = _read(tmp_path, x=np.concatenate([COLOUR, alpha], axis=3), y=Y)
    assert np.array_equal(opaque.images.images, COLOUR)

    alpha[:] = 0
    error = _refusal(tmp_path, x=np.concatenate([COLOUR, alpha], axis=3), y=Y)
    assert "got RGBA whose alpha is 0 everywhere" in str(error)


@pytest.mark.parametrize(
    ("y", "names", "note"),
    [
        (Y, "0123", None),
        (Y[:, None], "0123", "(60, 1) is one label an image"),
        (Y[None], "0123", "(1, 60) is one label an image"),
        (Y + 1, "1234", "labels 1 to 4: classes are named '1', '2', '3', '4'"),
        (Y * 3, "0369", "labels 0 to 9, 6 between them never occur"),
        (Y.astype("f4"), "0123", "float32 holds whole numbers"),
        (np.eye(4)[Y], "0123", "rows of 4 with a single 1 are taken as one-hot"),
        (np.eye(4, dtype=bool)[Y], "0123", "taken as one-hot"),
        (np.eye(4)[Y].T, "0123", "taken as one-hot"),
        (np.array(list("dabc"))[Y], "dabc", "classes 'a', 'b', 'c', 'd'"),
        (np.array(list("dabc"), "S")[Y], "dabc", "classes 'a', 'b', 'c', 'd'"),
    ],
)
def test_labels_of_one_meaning_are_taken(
    tmp_path: Path, y: Any, names: str, note: str | None
) -> None:
    """Each image keeps its class; what was understood is said aloud."""
    reading = _read(tmp_path, x=COLOUR, y=y)

    found = [reading.class_names[label] for label in reading.images.labels]
    assert found == [names[label] for label in Y]
    assert reading.images.labels.dtype == np.int64
    assert note in reading.notes[0] if note else not reading.notes


def test_booleans_are_two_classes(tmp_path: Path) -> None:
    """False before true."""
    reading = _read(tmp_path, x=COLOUR, y=Y > 1)

    assert reading.class_names == ("false", "true")
    assert reading.images.labels.tolist() == (Y > 1).astype(int).tolist()


def test_numbers_as_text_are_sorted_as_numbers(tmp_path: Path) -> None:
    """Ten comes after two."""
    reading = _read(tmp_path, x=COLOUR, y=(Y * 5).astype(str))

    assert reading.class_names == ("0", "5", "10", "15")


@pytest.mark.parametrize(
    ("y", "message", "hint"),
    [
        (Y[:50], "expected whole numbers of shape (60,), got int64 (50,)", "one label"),
        (np.where(Y, Y, np.nan), "expected whole numbers", "fractions and NaN"),
        (
            (np.eye(4)[Y] + np.eye(4)[0]).astype(np.uint8),
            "expected one class an image, got uint8 (60, 4)",
            "rows of 0 with a single 1; real numbers are taken as float32",
        ),
        (
            np.tile(np.array([[1, 0, 1]], np.uint8), (60, 1)),
            "column '0': expected several values, got 1 for all 60 images",
            "nothing can be learned of it",
        ),
        (np.full((60, 2), np.inf), "got float64 (60, 2)", "not finite no number"),
        (
            np.zeros((60, 6, 5, 2, 2), int),
            "got int64 (60, 6, 5, 2, 2)",
            "one label for",
        ),
        (Y - 1, "got labels -1 to 2", "-1 often marks images without a label"),
        (Y + 2_000, "got labels 2000 to 2003", "measurements or identities"),
        (Y * 0 + 7, "got labels 7 to 7", "one class alone"),
        (np.array(["a", "b\n"])[Y % 2], r"printable class names, got 'b\n'", "None"),
        (np.array([b"a", b"\xff"])[Y % 2], "expected text in UTF-8", "None"),
    ],
)
def test_other_labels_are_refused(
    tmp_path: Path, y: Any, message: str, hint: str
) -> None:
    """For the reason that is true of them."""
    error = _refusal(tmp_path, x=COLOUR, y=y)

    assert "array 'y': " in str(error)
    assert message in str(error)
    assert hint in str(error.hint)


def test_several_labels_are_rows_of_zeros_and_ones(tmp_path: Path) -> None:
    """Of any type; each has a name, and says which images have it."""
    rows = np.stack([Y > 0, Y > 1, Y == 3], axis=1)
    names = np.array(["wheels", "doors", "wings"])
    for dtype in (np.uint8, np.float32, np.bool_):
        reading = _read(tmp_path, x=COLOUR, y=rows.astype(dtype), class_names=names)

        np.testing.assert_array_equal(reading.images.labels, rows)
        assert reading.images.labels.dtype == np.int64
        assert reading.class_names == ("wheels", "doors", "wings")
        np.testing.assert_array_equal(reading.images.having(2), Y == 3)
        assert any("several labels an image" in note for note in reading.notes)


@pytest.mark.parametrize("columns", [1, 2])
def test_real_numbers_are_what_a_network_computes(tmp_path: Path, columns: int) -> None:
    """Floats with fractions, one or a row an image, are no classes."""
    rows = np.stack([Y / 4 + 0.1, -Y * 2.5], axis=1)[:, :columns]
    reading = _read(tmp_path, x=COLOUR, y=rows[:, 0] if columns == 1 else rows)

    np.testing.assert_array_equal(reading.images.labels, rows.astype(np.float32))
    assert reading.images.labels.dtype == np.float32
    assert reading.class_names == ("0", "1")[:columns]
    assert any("real number" in note for note in reading.notes)


@pytest.mark.parametrize("rows", [Y[:, None] > [0, 1], Y[:, None] + [0.5, 1]])
def test_others_than_classes_are_split_by_chance(tmp_path: Path, rows: Any) -> None:
    """In the shares that were asked for, without a class that each must have."""
    from tinycnn.project import DatasetSettings

    np.savez(tmp_path / "data.npz", x=COLOUR, y=rows)
    settings = DatasetSettings(path="data.npz", test_fraction=0.25)
    dataset = load_dataset(settings, seed=1, root=tmp_path)

    sizes = [len(s) for s in (dataset.train, dataset.validation, dataset.test)]
    assert sizes == [39, 6, 15]
    assert dataset.train.labels.shape == (39, 2)


def test_an_archive_may_name_its_classes(tmp_path: Path) -> None:
    """By an array of text beside the labels, which may count from 1."""
    for y in (Y, Y + 1):
        reading = _read(tmp_path, x=COLOUR, y=y, class_names=list("wxyz"))

        assert reading.class_names == ("w", "x", "y", "z")

    assert _read(tmp_path, x=COLOUR, y=Y, class_names=["w"]).class_names[0] == "0"


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("X", "Y"),
        ("images", "labels"),
        ("data", "target"),
        ("features", "targets"),
        ("arr_0", "arr_1"),
        ("arr_1", "arr_0"),
        ("foo", "bar"),
    ],
)
def test_arrays_are_known_by_name_or_shape(tmp_path: Path, x: str, y: str) -> None:
    """What people call them; a note says which is which."""
    reading = _read(tmp_path, **{x: COLOUR, y: Y})

    assert np.array_equal(reading.images.images, COLOUR)
    assert reading.images.labels.tolist() == Y.tolist()
    assert f"'{x}'" in reading.notes[0]
    assert f"'{y}'" in reading.notes[0]


@pytest.mark.parametrize(
    "names",
    [
        "x_train y_train x_val y_val x_test y_test",
        "X_train Y_train X_valid Y_valid X_test Y_test",
        "train_images train_labels val_images val_labels test_images test_labels",
        "trainX trainY devX devY testX testY",
        "train_set_x train_set_y validation_x validation_y test_set_x test_set_y",
        "training_data training_targets val_data val_targets testing_data test_targets",
        "x y x_val y_val x_test y_test",
    ],
)
def test_arrays_of_splits_are_the_splits(tmp_path: Path, names: str) -> None:
    """One heap with the split of each image."""
    keys = names.split()
    bounds = ((0, 30), (30, 40), (40, 60))
    arrays = {
        key: (COLOUR, Y)[n % 2][slice(*bounds[n // 2])] for n, key in enumerate(keys)
    }

    reading = _read(tmp_path, **arrays)

    assert np.array_equal(reading.images.images, COLOUR)
    assert reading.images.labels.tolist() == Y.tolist()
    assert reading.parts == (0,) * 30 + (1,) * 10 + (2,) * 20
    assert reading.origins[30] == f"{keys[2]}[0]"


def test_splits_share_one_range_of_values(tmp_path: Path) -> None:
    """A test set that was scaled otherwise would be black."""
    floats = COLOUR.astype(np.float32)
    labels = {"y_train": Y[:40], "y_test": Y[40:]}
    low = np.concatenate([floats[:40] / 255, floats[40:] / 510])

    same = _read(tmp_path, x_train=low[:40], x_test=low[40:], **labels)
    assert np.array_equal(same.images.images[:40], COLOUR[:40])
    assert np.abs(same.images.images[40:] - floats[40:] / 2).max() <= 0.5

    for x_test in (floats[40:] / 255, COLOUR[40:] // 255, floats[40:] / 127.5 - 1):
        for x_train in (floats[:40], COLOUR[:40]):
            error = _refusal(tmp_path, x_train=x_train, x_test=x_test, **labels)
            assert "range of values in all splits" in str(error) or (
                "expected values from 0 to 255" in str(error)
            )


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"x_train": COLOUR},
            "expected arrays 'x_train' and 'y_train', 'y_train' is missing",
        ),
        (
            {"x_train": COLOUR, "y_train": Y, "x_test": COLOUR},
            "expected arrays 'x_test' and 'y_test', 'y_test' is missing",
        ),
        (
            {"x_test": COLOUR, "y_test": Y},
            "expected one array of images to train on, got 'x_test'",
        ),
        (
            {"x": COLOUR, "y": Y, "x_train": COLOUR, "y_train": Y},
            "expected one array of images to train on, got 'x' and 'x_train'",
        ),
        (
            {"images": COLOUR, "data": COLOUR, "labels": Y},
            "expected one array of images, got 'images' and 'data'",
        ),
        (
            {"arr_0": COLOUR, "arr_1": Y, "arr_2": Y},
            "'x' is missing, got arr_0.npy, arr_1.npy, arr_2.npy",
        ),
        ({"a": COLOUR, "b": COLOUR}, "'x' is missing, got a.npy, b.npy"),
        (
            {"x": COLOUR.astype(str), "y": Y},
            "array 'x': expected numbers, got dtype <U",
        ),
        ({"x": COLOUR * 1j, "y": Y}, "array 'x': expected numbers, got dtype complex"),
        (
            {"x_train": COLOUR, "y_train": Y, "x_test": GREY, "y_test": Y},
            "expected images of one shape in all splits, got (6, 5, 1) and (6, 5, 3)",
        ),
        (
            {"x_train": GREY, "y_train": Y, "x_test": GREY, "y_test": Y.astype(str)},
            "expected labels of one type in all splits",
        ),
    ],
)
def test_archives_that_do_not_add_up_are_refused(
    tmp_path: Path, arrays: dict[str, Any], message: str
) -> None:
    """By the arrays that are missing or too many."""
    assert message in str(_refusal(tmp_path, **arrays))

from __future__ import annotations

import numpy as np
import pytest

from tinycnn.datasets.dataset import SPLITS, Reading
from tinycnn.datasets.divide import divide
from tinycnn.datasets.split import make_split
from tinycnn.errors import DatasetError
from tinycnn.project import DatasetSettings

SETTINGS = DatasetSettings(path="unused")


def _reading(
    labels: list[int], parts: list[int], *, images: np.ndarray | None = None
) -> Reading:
    rng = np.random.Generator(np.random.PCG64(1))
    if images is None:
        images = rng.integers(0, 256, (len(labels), 4, 4, 1), np.uint8)
    return Reading(
        make_split(images, np.array(labels)),
        ("cat", "dog"),
        tuple(f"{n}.png" for n in range(len(labels))),
        tuple(parts),
    )


def _sizes(labels: list[int], parts: list[int]) -> list[int]:
    dataset = divide("pets", _reading(labels, parts), SETTINGS, 1)
    return [len(getattr(dataset, split)) for split in SPLITS]


def test_splits_of_the_source_are_kept() -> None:
    """Every image stays where it was put, in an order that the seed decides."""
    reading = _reading([0, 1] * 20, [0] * 20 + [1] * 8 + [2] * 12)

    dataset = divide("pets", reading, SETTINGS, 1)

    assert [len(getattr(dataset, split)) for split in SPLITS] == [20, 8, 12]
    found = {image.tobytes() for image in dataset.test.images}
    assert found == {image.tobytes() for image in reading.images.images[28:]}
    assert dataset.notes == ()
    assert dataset.sha256 == divide("pets", reading, SETTINGS, 1).sha256


def test_missing_splits_are_held_out_of_train() -> None:
    """And a note says so; a test split that is there is never touched."""
    assert _sizes([0, 1] * 20, [0] * 30 + [2] * 10) == [27, 3, 10]
    assert _sizes([0, 1] * 20, [0] * 30 + [1] * 10) == [24, 10, 6]
    assert _sizes([0, 1] * 20, [0] * 40) == [28, 4, 8]

    reading = _reading([0, 1] * 20, [0] * 30 + [2] * 10)
    notes = divide("pets", reading, SETTINGS, 1).notes
    assert notes == ("validation is held out of train: there is none",)


def test_a_class_that_is_only_tested_is_refused() -> None:
    """No network can know it; likely it is spelled otherwise in train."""
    with pytest.raises(DatasetError) as caught:
        divide("pets", _reading([0] * 10 + [1] * 10, [0] * 10 + [2] * 10), SETTINGS, 1)

    assert str(caught.value) == (
        "class 'dog': expected images to train on, got none; it is in test only"
    )
    assert "spelled alike" in str(caught.value.hint)


def test_a_class_that_is_never_tested_is_noted() -> None:
    """A result without it is a result all the same."""
    reading = _reading([0, 1] * 10 + [0] * 10, [0] * 20 + [2] * 5 + [1] * 5)

    notes = divide("pets", reading, SETTINGS, 1).notes

    assert notes == (
        "validation has no images of 'dog'",
        "test has no images of 'dog'",
    )


def test_the_same_image_twice_is_noted() -> None:
    """In two classes it teaches nothing, in two splits it flatters."""
    rng = np.random.Generator(np.random.PCG64(1))
    images = rng.integers(0, 256, (12, 4, 4, 1), np.uint8)
    images[1], images[8] = images[0], images[2]  # a cat is a dog; a test is a train
    reading = _reading([0, 1] * 6, [0] * 8 + [2] * 2 + [1] * 2, images=images)

    notes = divide("pets", reading, SETTINGS, 1).notes

    assert notes == (
        "images that are in two classes: 1 (1.png is 0.png)",
        "images that are in two splits, so that accuracy looks better than it is: "
        "1 (8.png is 2.png)",
    )


def test_classes_without_contrast_are_noted() -> None:
    """All dark, as 12 bits taken for 16 are, or all one grey."""
    rng = np.random.Generator(np.random.PCG64(1))
    images = rng.integers(0, 256, (40, 8, 8, 1), np.uint8)
    images[::2] //= 16
    reading = _reading([0, 1] * 20, [], images=images)

    notes = divide("pets", reading, SETTINGS, 1).notes

    assert notes == (
        "nearly all pixels of a class lie in a narrow part of 0 to 255: 'cat' 0 to 15; "
        "look at them",
    )

"""What a kernel should make of images, against sums written down by hand."""

from __future__ import annotations

import numpy as np

from tinycnn.datasets import Dataset, Split, label_by_kernel
from tinycnn.datasets.filtered import filter_images

LECTURE = [
    [3, 3, 2, 1, 0],
    [0, 0, 1, 3, 1],
    [3, 1, 2, 2, 3],
    [2, 0, 0, 2, 2],
    [2, 0, 0, 0, 1],
]
KERNEL = ((0, 1, 2), (2, 2, 0), (0, 1, 2))


def test_the_sums_are_those_of_the_lectures() -> None:
    """The standard example of 5 x 5: its inside, in units of 1/255."""
    images = np.array(LECTURE, np.uint8)[None, :, :, None]

    sums = filter_images(images, KERNEL, 1)[0, 1:-1, 1:-1] * 255

    np.testing.assert_allclose(sums, [[12, 12, 17], [10, 17, 19], [9, 6, 14]])


def test_labels_are_a_number_a_pixel() -> None:
    """Of colour the mean of three sums; zeros around; an empty split stays empty."""
    chance = np.random.default_rng(1)
    images = chance.integers(0, 256, (5, 4, 3, 3), np.uint8)
    none = Split(images[:0], np.zeros(0, np.int64))
    some = Split(images, np.zeros(5, np.int64))
    dataset = Dataset("a", ("x", "y"), some, none, some)

    found = label_by_kernel(dataset, KERNEL, 4)

    assert found.class_names[:4] == (
        "row 1, column 1",
        "row 1, column 2",
        "row 1, column 3",
        "row 2, column 1",
    )
    assert found.test.labels.shape == (5, 12)
    assert found.validation.labels.shape == (0, 12)
    grey = images[2].mean(axis=2) / 255
    corner = 2 * grey[0, 0] + grey[1, 0] + 2 * grey[1, 1]
    np.testing.assert_allclose(found.test.labels[2, 0], corner / 4, rtol=1e-6)

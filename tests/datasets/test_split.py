from __future__ import annotations

import numpy as np
import pytest

from tinycnn.datasets.split import make_split, split_by_class
from tinycnn.errors import DatasetError

LABELS = np.repeat(np.arange(3), (50, 30, 20))
NAMES = ("a", "b", "c")


def test_every_image_is_in_exactly_one_part() -> None:
    """The parts are disjoint and together hold every image."""
    parts = split_by_class(LABELS, NAMES, held_out=[10, 20], seed=1)

    assert sorted(np.concatenate(parts).tolist()) == list(range(100))


def test_parts_have_the_asked_sizes_and_each_class_its_share() -> None:
    """Held-out parts are as large as asked, with classes in proportion."""
    parts = split_by_class(LABELS, NAMES, held_out=[10, 20], seed=1)

    counts = [np.bincount(LABELS[part]).tolist() for part in parts]
    assert counts == [[35, 21, 14], [5, 3, 2], [10, 6, 4]]


def test_rounding_leaves_the_total_exact() -> None:
    """Classes whose shares are fractions still add up to what was asked."""
    _, held = split_by_class(LABELS, NAMES, held_out=[11], seed=1)

    assert np.bincount(LABELS[held]).tolist() == [6, 3, 2]


def test_the_seed_alone_decides() -> None:
    """The same seed gives the same parts; another seed gives others."""
    first = split_by_class(LABELS, NAMES, held_out=[10], seed=7)
    again = split_by_class(LABELS, NAMES, held_out=[10], seed=7)
    other = split_by_class(LABELS, NAMES, held_out=[10], seed=8)

    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[1], other[1])


def test_a_split_does_not_change_between_releases() -> None:
    """The indices for a fixed seed are pinned."""
    _, held = split_by_class(LABELS, NAMES, held_out=[5], seed=1)

    assert held.tolist() == [25, 95, 37, 15, 55]


def test_a_small_class_is_in_every_part() -> None:
    """A class of three images beside a large one gives each part one."""
    labels = np.repeat([0, 1], (97, 3))

    parts = split_by_class(labels, ("big", "small"), held_out=[5, 5], seed=1)

    assert [int((labels[part] == 1).sum()) for part in parts] == [1, 1, 1]


@pytest.mark.parametrize("size", [0, 1, 2])
def test_a_class_too_small_to_split_is_named(size: int) -> None:
    """A class with fewer images than parts is an error with its size."""
    labels = np.repeat([0, 1], (20, size))

    with pytest.raises(DatasetError) as caught:
        split_by_class(labels, ("big", "small"), held_out=[2, 4], seed=1)

    assert str(caught.value) == (
        f"class 'small': expected at least 3 images, one or more for each split, "
        f"got {size}"
    )
    assert "add images" in str(caught.value.hint)


def test_fractions_that_leave_nothing_to_train_on_are_refused() -> None:
    """A class that the held-out parts would use up is an error."""
    with pytest.raises(DatasetError, match=r"class 'b': expected at least 31 images"):
        split_by_class(LABELS, NAMES, held_out=[10, 89], seed=1)


def test_arrays_of_a_split_are_read_only() -> None:
    """Nobody can change a data set by accident."""
    split = make_split(np.zeros((4, 2, 2, 1), np.uint8), np.zeros(4, np.int64))

    with pytest.raises(ValueError, match="read-only"):
        split.images[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        split.labels[0] = 1

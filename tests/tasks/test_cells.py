"""A class a cell: measures against counts by hand, and what is said of an image."""

from __future__ import annotations

import numpy as np
import pytest

from tinycnn.tasks import TASKS, accuracy_of, as_grid, task_of
from tinycnn.tasks.cells import count_found, find_groups

KIND = TASKS["segmentation"]
NAMES = ("background", "cat", "dog")
TRUE = np.array([[[0, 1, 1], [0, 0, 0], [2, 0, 0]]])
SAID = np.array([[[0, 1, 0], [0, 0, 0], [0, 0, 2]]])
SCORES = np.eye(3)[SAID] * 0.75


def test_the_measure_is_the_mean_iou_of_the_classes_that_are_there() -> None:
    """Background 5 of 8, cat 1 of 2, dog none of 2 cells."""
    assert task_of(TRUE, 27) == "segmentation"
    expected = (5 / 8 + 1 / 2 + 0 / 2) / 3

    assert accuracy_of(SCORES, TRUE) == pytest.approx(expected)
    assert accuracy_of(SCORES.reshape(1, -1), TRUE) == pytest.approx(expected)
    assert accuracy_of(np.eye(3)[TRUE], TRUE) == 1.0


def test_a_class_that_is_nowhere_counts_nothing() -> None:
    """An empty image that is answered so is right."""
    empty = np.zeros((1, 2, 2), np.int64)

    assert accuracy_of(np.eye(3)[empty], empty) == 1.0


def test_each_class_is_rated() -> None:
    """IoU, precision, recall, F1 of cells; of objects; cells that are true."""
    rows = dict(KIND.rate(SCORES, TRUE, NAMES).rows)

    assert rows["cat"] == pytest.approx((1 / 2, 1.0, 1 / 2, 2 / 3, 1.0, 2))
    assert rows["dog"] == pytest.approx((0.0, 0.0, 0.0, 0.0, 0.0, 1))
    assert rows["background"][4] is None


def test_objects_are_cells_that_touch() -> None:
    """Along a side, not across a corner; of one class."""
    grid = np.array([[1, 1, 0], [0, 0, 1], [2, 2, 1]])
    found = [(group.label, group.centre) for group in find_groups(grid)]

    assert found == [(1, (0.0, 0.5)), (1, (1.5, 2.0)), (2, (2.0, 0.5))]
    assert count_found(SAID, TRUE, 3).tolist() == [
        [0, 0, 0, 0],
        [1, 1, 1, 1],
        [0, 1, 0, 1],
    ]


def test_what_is_said_of_an_image() -> None:
    """Each object, with its centre as shares of width and height."""
    said = KIND.describe(NAMES, SCORES[0], 0)

    assert said.text == (
        "1 x cat, 1 x dog: cat 0.750 at (50 %, 17 %); dog 0.750 at (83 %, 83 %)"
    )
    nothing = KIND.describe(NAMES, np.eye(3)[[[0, 0]]], 0)  # type: ignore[arg-type]
    assert nothing.text == "none"


def test_margins_are_of_the_least_sure_cell() -> None:
    """A second answer in one cell is another answer."""
    scores = np.array([[[[0.9, 0.1], [0.6, 0.4]]]])
    margins = KIND.margins(scores)

    assert margins is not None
    assert margins == pytest.approx([0.2])


def test_only_outputs_of_cells_are_grids() -> None:
    """A classifier of rank 4 gives a row of scores."""
    assert as_grid(np.zeros((2, 24)), (1, 2, 4, 3)).shape == (2, 2, 4, 3)
    assert as_grid(np.zeros((2, 3)), (1, 1, 1, 3)).shape == (2, 3)
    assert as_grid(np.zeros((2, 3)), (1, 3)).shape == (2, 3)

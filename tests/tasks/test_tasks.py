"""Each task: answers, measures, and what is said of an image."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tinycnn.tasks import TASKS, Task, accuracy_of, task_of

RNG = np.random.default_rng(3)
NAMES = ("a", "b", "c")


@pytest.mark.parametrize(
    ("task", "names", "scores", "step", "text"),
    [
        ("categorical", NAMES, [0.1, 0.7, 0.2], 0, "b 0.700"),
        ("binary", ("no", "yes"), [0.75, 0.25], 0, "no 0.750"),
        ("multi-label", NAMES, [0.6, 0.1, 0.9], 0, "c 0.900, a 0.600"),
        ("multi-label", NAMES, [0.1, 0.3, 0.2], 0, "none (b 0.300)"),
        ("regression", ("age",), [31.2345], 0.25, "age 31.2 (in steps of 0.25)"),
        ("regression", ("x", "y"), [1.5, -300.0], 2, "x 2, y -300 (in steps of 2)"),
        ("regression", ("x",), [0.123456], 0, "x 0.1235"),
    ],
)
def test_what_is_said_of_an_image(
    task: Task, names: tuple[str, ...], scores: list[float], step: float, text: str
) -> None:
    """Every label that is there; a number as finely as the output can tell."""
    assert TASKS[task].describe(names, scores, step).text == text


@pytest.mark.parametrize("task", ["categorical", "multi-label"])
def test_precision_and_recall_are_counted(task: Task) -> None:
    """Of each class or label, image by image."""
    scores = RNG.random((60, 3))
    labels: Any = RNG.integers(0, 3, 60)
    true = labels[:, None] == np.arange(3)
    said = scores == scores.max(axis=1, keepdims=True)
    if task == "multi-label":
        labels = RNG.integers(0, 2, (60, 3))
        true, said = labels == 1, scores > 0.5
    rows = TASKS[task].rate(scores, labels, NAMES).rows

    for i, name in enumerate(NAMES):
        pairs = list(zip(said[:, i].tolist(), true[:, i].tolist(), strict=True))
        hits, only_said = pairs.count((True, True)), pairs.count((True, False))
        missed = pairs.count((False, True))
        precision, recall = hits / (hits + only_said), hits / (hits + missed)
        f1 = 2 * precision * recall / (precision + recall)
        assert rows[i] == (name, pytest.approx((precision, recall, f1, hits + missed)))
    columns = np.array([values for _, values in rows[:3]])
    assert rows[-1][1][:3] == pytest.approx(columns.mean(axis=0)[:3])


def test_errors_of_numbers_are_those_of_residuals() -> None:
    """And the measure is the R² of all columns, weighed by their variance."""
    labels = (RNG.normal(size=(50, 2)) * (1.0, 9.0)).astype(np.float32)
    scores = labels + RNG.normal(size=(50, 2))
    rows = TASKS["regression"].rate(scores, labels, ("x", "y")).rows

    residuals = scores - labels
    left, all_of_it = residuals**2, (labels - labels.mean(axis=0)) ** 2
    for i in range(2):
        mean = np.abs(residuals[:, i]).mean()
        share = 1 - left[:, i].sum() / all_of_it[:, i].sum()
        expected = (mean, np.linalg.norm(residuals[:, i]) / 50**0.5, share)
        assert rows[i][1] == pytest.approx(expected, rel=1e-5)
    share = 1 - left.sum() / all_of_it.sum()
    assert accuracy_of(scores, labels) == pytest.approx(share, rel=1e-5)


def test_a_name_that_nobody_says_has_no_precision() -> None:
    """Neither 0 nor 1 would be true."""
    scores = np.array([[1.0, 0.0], [1.0, 0.0]])
    rows = TASKS["categorical"].rate(scores, np.array([0, 1]), ("a", "b")).rows

    assert rows[1] == ("b", (None, 0.0, 0.0, 1.0))


def test_each_task_is_known_by_its_labels() -> None:
    """All that are listed can be told apart."""
    found = {
        task_of(np.array([0, 1]), 2),
        task_of(np.array([0, 1]), 1),
        task_of(np.array([[0, 1]]), 2),
        task_of(np.array([[0.5]]), 1),
        task_of(np.array([[[0, 1]]]), 4),
    }

    assert found == set(TASKS)

"""Which test images are shown, and what is said about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinycnn.report import Report
from tinycnn.report.samples import pick_samples


def _pick(report: Report) -> Any:
    return pick_samples(report, report.scores.argmax(axis=1))


def test_least_sure_come_first(report: Report) -> None:
    """The margin between best and second score decides, then the index."""
    unsure, _ = _pick(report)

    assert [sample.index for sample in unsure[:3]] == [7, 4, 0]
    assert [sample.margin for sample in unsure[:3]] == ["0.000", "0.250", "0.625"]
    assert len(unsure) == 12


def test_surest_mistakes_come_first(report: Report) -> None:
    """Among the wrong ones the most convinced is the most telling."""
    _, wrong = _pick(report)

    assert [sample.index for sample in wrong] == [4, 7]
    assert (wrong[0].true.text, wrong[0].predicted.text) == ("dog", "cat")
    assert not wrong[0].is_right


def test_at_most_24_are_shown(
    make_report: Callable[..., Report], report: Report
) -> None:
    """A weak model does not make a heavy page."""
    labels = np.full(60, 1, np.int64)
    images = np.tile(report.images[:1], (60, 1, 1, 1))
    scores = np.tile([0.75, 0.125, 0.125], (60, 1))
    unsure, wrong = _pick(make_report(labels=labels, images=images, scores=scores))

    assert (len(unsure), len(wrong)) == (24, 24)


def test_true_class_is_always_among_the_scores(
    make_report: Callable[..., Report],
) -> None:
    """Three scores, and that of the true class when it is not one of them."""
    report = make_report(
        class_names=tuple("abcde"),
        labels=np.array([4]),
        scores=np.array([[0.5, 0.25, 0.125, 0.125, 0.0]]),
    )
    _, (sample,) = _pick(report)

    assert [score.name.text for score in sample.scores] == ["a", "b", "c", "e"]
    assert [score.text for score in sample.scores] == [
        "0.500",
        "0.250",
        "0.125",
        "0.000",
    ]
    assert [score.percent for score in sample.scores] == [
        "100.0",
        "50.0",
        "25.0",
        "0.0",
    ]
    assert [score.is_true for score in sample.scores] == [False, False, False, True]

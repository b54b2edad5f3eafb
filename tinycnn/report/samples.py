"""Test images worth a look: those the model is least sure of, and its mistakes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.harness.margins import least_sure, margins_of, surest_mistakes
from tinycnn.report.data import Report
from tinycnn.report.picture import encode_png
from tinycnn.report.text import Name, share_of, shorten

__all__ = ["Sample", "Score", "pick_samples"]

_MOST_SAMPLES = 24
_TOP_SCORES = 3
_NAME_LENGTH = 18


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one class; `percent` is for the bar."""

    name: Name
    text: str
    percent: str
    is_true: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """One test image."""

    index: int
    picture: str
    true: Name
    predicted: Name
    is_right: bool
    margin: str
    scores: tuple[Score, ...]


def pick_samples(
    report: Report, predictions: NDArray[np.int64]
) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """The least sure images and the wrong ones, at most 24 each.

    Least sure is the smallest margin between best and second score; the wrong ones
    begin with the surest mistake. Equal margins keep the order of the test set.
    """
    margins = margins_of("categorical", report.scores)
    assert margins is not None

    def show(indices: NDArray[np.int64]) -> tuple[Sample, ...]:
        return tuple(
            _make_sample(report, i, int(predictions[i]), float(margins[i]))
            for i in indices[:_MOST_SAMPLES].tolist()
        )

    wrong = surest_mistakes(predictions, report.labels, margins)
    return show(least_sure(margins)), show(wrong)


def _make_sample(report: Report, index: int, predicted: int, margin: float) -> Sample:
    true = int(report.labels[index])
    return Sample(
        index=index,
        picture=encode_png(report.images[index]),
        true=shorten(report.class_names[true], _NAME_LENGTH),
        predicted=shorten(report.class_names[predicted], _NAME_LENGTH),
        is_right=true == predicted,
        margin=f"{margin:.3f}",
        scores=_list_scores(report, index, true),
    )


def _list_scores(report: Report, index: int, true: int) -> tuple[Score, ...]:
    """The best scores, and always that of the true class."""
    scores = report.scores[index]
    low, high = float(report.scores.min()), float(report.scores.max())
    shown = np.argsort(-scores, kind="stable")[:_TOP_SCORES].tolist()
    if true not in shown:
        shown.append(true)
    return tuple(
        Score(
            name=shorten(report.class_names[i], _NAME_LENGTH),
            text=f"{scores[i]:.3f}",
            percent=f"{100 * share_of(float(scores[i]) - low, high - low):.1f}",
            is_true=i == true,
        )
        for i in shown
    )

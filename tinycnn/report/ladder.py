"""The accuracy ladder, image by image: what each rung answered otherwise than the last.

A rung is the same network in another arithmetic or another place. The images whose
answer changed from one to the next are shown, those first that were surest before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.harness.margins import margins_of
from tinycnn.report.data import AccuracyStep, Answers, Report
from tinycnn.report.picture import encode_png
from tinycnn.report.summary import Rung, list_rungs
from tinycnn.report.text import Name, count, shorten
from tinycnn.tasks import answers_of, credits_of, name_cells

__all__ = ["Change", "Flip", "list_changes", "list_steps"]

_MOST_FLIPS = 12
_NAME_LENGTH = 18


@dataclass(frozen=True, slots=True)
class Flip:
    """An image whose answer changed."""

    index: int
    picture: str
    true: Name
    before: Name
    after: Name
    was_right: bool
    is_right: bool
    margins: str


@dataclass(frozen=True, slots=True)
class Change:
    """From one rung to the next.

    Attributes:
        label: Of the later rung.
        title: Both.
        flipped: How many answers changed; a dash where numbers are asked.
        summary: In a sentence; empty where numbers are asked.
        flips: Some of them.
    """

    label: str
    title: str
    flipped: str
    summary: str
    flips: tuple[Flip, ...]


def list_changes(report: Report) -> tuple[Change, ...]:
    """What changed at each rung of which the images' answers are known."""
    return tuple(_compare(report, *pair) for pair in pairwise(report.answers))


def list_steps(report: Report) -> tuple[Rung, ...]:
    """All rungs as rows; of a device, only the images that it was asked count."""
    rows = list_rungs(report.ladder, report.task)
    known = {step.label for step in report.ladder}
    for before, after in pairwise(report.answers):
        if after.label in known:
            continue
        pair = tuple(_measure(report, one, after.tried) for one in (before, after))
        (row,) = list_rungs(pair, report.task)[-1:]
        if not after.tried.all():
            row = replace(row, answers=f"{row.answers}, a part")
        rows += (row,)
    return rows


def _measure(report: Report, rung: Answers, tried: NDArray[np.bool_]) -> AccuracyStep:
    labels = report.labels[tried]
    earned = float(credits_of(rung.scores[tried], labels).sum())
    return AccuracyStep(rung.label, earned, len(labels))


def _compare(report: Report, before: Answers, after: Answers) -> Change:
    title = f"{shorten(before.label).text} → {shorten(after.label).text}"
    if report.task == "regression":
        return Change(after.label, title, "\u2013", "", ())
    both = before.tried & after.tried
    old, new = (answers_of(report.task, one.scores) for one in (before, after))
    differs = (old != new).reshape(len(old), -1).any(axis=1) & both
    flipped = np.flatnonzero(differs)
    right = [_is_right(report.labels, answers) for answers in (old, new)]
    won = int((~right[0] & right[1] & differs).sum())
    lost = int((right[0] & ~right[1] & differs).sum())
    margins = [margins_of(report.task, one.scores) for one in (before, after)]
    first = flipped if margins[0] is None else flipped[np.argsort(-margins[0][flipped])]
    shown, total = first[:_MOST_FLIPS].tolist(), count(int(both.sum()))
    summary = (
        f"{count(len(flipped))} of {total} answers changed: "
        f"{count(won)} to right, {count(lost)} to wrong, "
        f"{count(len(flipped) - won - lost)} from wrong to wrong."
    )
    if not shown:
        summary = f"None of {total} answers changed."
    if len(shown) < len(flipped):
        summary += f" The {len(shown)} that were surest before are shown."
    return Change(
        after.label,
        title,
        count(len(flipped)),
        summary,
        tuple(_show(report, i, old, new, right, margins) for i in shown),
    )


def _is_right(labels: NDArray[Any], answers: NDArray[Any]) -> NDArray[np.bool_]:
    right: NDArray[np.bool_] = (answers == labels).reshape(len(labels), -1).all(axis=1)
    return right


def _show(
    report: Report,
    index: int,
    old: NDArray[Any],
    new: NDArray[Any],
    right: list[NDArray[np.bool_]],
    margins: list[NDArray[np.float64] | None],
) -> Flip:
    values = [f"{one[index]:.3f}" for one in margins if one is not None]
    return Flip(
        index=index,
        picture=encode_png(report.images[index]),
        true=_name(report, report.labels[index]),
        before=_name(report, old[index]),
        after=_name(report, new[index]),
        was_right=bool(right[0][index]),
        is_right=bool(right[1][index]),
        margins=" → ".join(values),
    )


def _name(report: Report, answer: Any) -> Name:
    """A class, or those labels that are there."""
    names = report.class_names
    if np.ndim(answer) == 0:
        return shorten(names[int(answer)], _NAME_LENGTH)
    if np.ndim(answer) == 2:
        return shorten(name_cells(names, answer), _NAME_LENGTH)
    there = [name for name, is_there in zip(names, answer, strict=True) if is_there]
    return shorten(", ".join(there) or "none", _NAME_LENGTH)

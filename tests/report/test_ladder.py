"""The ladder, image by image: which answers changed, where, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tinycnn.report import Report
from tinycnn.report.data import Answers
from tinycnn.report.ladder import list_changes, list_steps
from tinycnn.report.page import render_report

ALL = np.ones(12, bool)


@pytest.fixture
def climbed(report: Report, make_report: Callable[..., Report]) -> Report:
    """Float misses image 4, int8 image 7, too; a device answered six images."""
    real = report.scores.copy()
    real[7] = (0.25, 0.5, 0.25)
    device = report.scores.copy()
    device[5] = (0.75, 0.125, 0.125)
    device[4] = (0.125, 0.75, 0.125)
    device[9] = (0.0, 1.0, 0.0)  # never asked
    rungs = (
        Answers("float", real, ALL),
        Answers("int8", report.scores, ALL),
        Answers("simulated board", device, np.arange(12) < 6),
    )
    return make_report(answers=rungs, unrun=(("board", "tinycnn validate --port P"),))


def test_images_whose_answer_changed_are_found(climbed: Report) -> None:
    """With what they were before and after, and how sure that was."""
    first, second = list_changes(climbed)

    assert (first.label, first.title) == ("int8", "float → int8")
    assert first.summary == (
        "1 of 12 answers changed: 0 to right, 1 to wrong, 0 from wrong to wrong."
    )
    (flip,) = first.flips
    assert (flip.index, flip.true.text, flip.before.text, flip.after.text) == (
        7,
        "dog",
        "dog",
        "cat",
    )
    assert (flip.was_right, flip.is_right, flip.margins) == (
        True,
        False,
        "0.250 → 0.000",
    )
    assert [flip.index for flip in second.flips] == [5, 4]  # the surest first


def test_a_device_counts_only_what_it_was_asked(climbed: Report) -> None:
    """And is compared with the same images of the rung before."""
    rows = list_steps(climbed)
    _, second = list_changes(climbed)

    assert [row.label for row in rows] == ["float", "int8", "simulated board"]
    assert (rows[-1].answers, rows[-1].difference) == ("5 / 6, a part", "same")
    assert second.summary == (
        "2 of 6 answers changed: 1 to right, 1 to wrong, 0 from wrong to wrong."
    )


def test_the_page_shows_pictures_and_what_is_missing(climbed: Report) -> None:
    """A picture each, and the command that adds a rung."""
    page = render_report(climbed)

    assert "Answers that changed" in page
    assert page.count('alt="Test image 7: true dog, before dog, after cat"') == 1
    assert "Not run: board (<code>tinycnn validate --port P</code>)." in page
    assert '<th scope="col">Changed</th>' in page
    assert "Of a part, which begins with the images" in page


def test_steps_without_a_change_are_one_line(
    report: Report, make_report: Callable[..., Report]
) -> None:
    """They have no pictures."""
    rungs = tuple(Answers(label, report.scores, ALL) for label in ("int8", "C on host"))
    page = render_report(make_report(answers=rungs))

    assert "int8 → C on host: None of 12 answers changed." in page
    assert "Of a part" not in page


def test_few_of_many_are_shown(make_report: Callable[..., Report]) -> None:
    """The sentence says so."""
    labels = np.zeros(40, np.int64)
    before = np.tile([0.75, 0.25, 0.0], (40, 1))
    rungs = (
        Answers("float", before, np.ones(40, bool)),
        Answers("int8", before[:, ::-1], np.ones(40, bool)),
    )
    images = np.zeros((40, 4, 4, 1), np.uint8)
    (change,) = list_changes(
        make_report(answers=rungs, labels=labels, images=images, scores=before)
    )

    assert len(change.flips) == 12
    assert change.summary.endswith(" The 12 that were surest before are shown.")


@pytest.mark.parametrize(
    ("task", "names", "scores", "labels", "texts"),
    [
        ("binary", ("no", "yes"), [[0.25], [0.75]], [1, 1], ("no", "yes")),
        (
            "multi-label",
            ("a", "b", "c"),
            [[0.9, 0.6, 0.0], [0.1, 0.2, 0.3]],
            [[1, 1, 0]] * 2,
            ("a, b", "none"),
        ),
    ],
)
def test_answers_of_every_task_are_named(
    make_report: Callable[..., Report],
    task: Any,
    names: tuple[str, ...],
    scores: Any,
    labels: Any,
    texts: tuple[str, str],
) -> None:
    """One of two classes, or those of several labels that are there."""
    rungs = tuple(
        Answers(label, np.array([row, row]), np.ones(2, bool))
        for label, row in zip(("float", "int8"), scores, strict=True)
    )
    (change,) = list_changes(
        make_report(
            task=task,
            class_names=names,
            answers=rungs,
            labels=np.array(labels),
            images=np.zeros((2, 4, 4, 1), np.uint8),
        )
    )

    flip = change.flips[0]
    assert (flip.before.text, flip.after.text) == texts


def test_real_numbers_turn_into_no_other_answer(
    make_report: Callable[..., Report],
) -> None:
    """There is nothing to show but the measure."""
    rungs = tuple(
        Answers(label, np.full((2, 1), n), np.ones(2, bool))
        for n, label in enumerate(("float", "int8"))
    )
    (change,) = list_changes(
        make_report(task="regression", answers=rungs, labels=np.array([[0.5], [0.25]]))
    )

    assert (change.flipped, change.summary, change.flips) == ("\u2013", "", ())

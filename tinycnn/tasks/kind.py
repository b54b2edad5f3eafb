"""What is known of a task, in one place: how its answers are made, rated and told.

A task's module makes one `TaskKind`; `tinycnn.tasks.registry` lists them. All of it is
plain NumPy, so that a board is judged where TensorFlow is not installed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["THRESHOLD", "Answer", "Ends", "Loss", "RatingTable", "Task", "TaskKind"]

Task = Literal["categorical", "binary", "multi-label", "regression", "segmentation"]
Loss = Literal["softmax", "sigmoid", "squares"]
THRESHOLD = 0.5  # of a sigmoid


@dataclass(frozen=True, slots=True)
class Ends:
    """The functions that suit a task at the end of a network.

    Attributes:
        functions: Their names.
        expected: The same in words.
        hint: What to write.
    """

    functions: tuple[str, ...]
    expected: str
    hint: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network says of one image.

    Attributes:
        label: Its classes' names, or its numbers.
        score: The highest score.
        text: All of it in a line for people, scores included.
    """

    label: str
    score: float
    text: str


@dataclass(frozen=True, slots=True)
class RatingTable:
    """How well a network does what it is asked, beyond its one measure.

    Attributes:
        columns: What is told of each name.
        rows: A name, and a number a column; None where nothing can be said.
        note: What the numbers are, in a sentence or two.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]
    note: str


@dataclass(frozen=True, slots=True)
class TaskKind:
    """All that other stages ask of a task.

    Scores are real numbers, a row an image; labels are as in a `Split`.

    Attributes:
        name: Of the task.
        measure: What the mean of `credits` is called.
        is_counted: Whether an image earns 1 or nothing.
        loss: What training minimizes, of what comes before the last function.
        ends: The last functions that suit it.
        class_scores: From scores to one for each name.
        answers: From scores to what can be compared with labels.
        credits: From scores and labels to what each image earns, 1 at best.
        margins: How far each row of scores is from another answer; None if there is
            no other answer.
        describe: From the names and one image's class scores to what is said of it;
            the last argument is the step between two scores, 0 if not known.
        rate: From scores, labels and names to a table.
        rule: What makes scores an answer, as a title and a line; None if that is the
            highest of them.
    """

    name: Task
    measure: str
    is_counted: bool
    loss: Loss
    ends: Ends
    class_scores: Callable[[NDArray[Any]], NDArray[Any]]
    answers: Callable[[NDArray[Any]], NDArray[Any]]
    credits: Callable[[NDArray[Any], NDArray[Any]], NDArray[np.float64]]
    margins: Callable[[NDArray[Any]], NDArray[np.float64] | None]
    describe: Callable[[Sequence[str], Sequence[float], float], Answer]
    rate: Callable[[NDArray[Any], NDArray[Any], Sequence[str]], RatingTable]
    rule: Callable[[Sequence[str]], tuple[str, str] | None]

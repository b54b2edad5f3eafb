"""What a page can show a model: inputs, and what the reference makes of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.harness.margins import least_sure, margins_of, surest_mistakes
from tinycnn.tasks import Task, answers_of

__all__ = ["Examples", "describe_examples", "pick_examples"]

SIZE = 100
MOST_BYTES = 1 << 20  # of all inputs together
_SHARE = 4  # one part of so many is the wrong ones, one the least sure ones


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Inputs of a model with their outputs.

    Attributes:
        inputs: All inputs of one end to end, shape (N, bytes).
        outputs: What the reference makes of them, likewise.
        origin: What they are, in words.
        task: What the model is asked.
        scores: The first output as real numbers, shape (N, values).
        indices: The place of each in its data set; None of what chance made.
        labels: What is true, shape (N,) or (N, names); None if nobody knows.
        classes: Names of the classes; None without.
        images: As pictures, uint8, shape (N, H, W, C); None of what is none.
        wrong: The places of wrong answers, the surest mistake first.
        unsure: The places of the least sure ones, the least sure first.
    """

    inputs: NDArray[np.int8]
    outputs: NDArray[np.int8]
    origin: str
    task: Task
    scores: NDArray[np.float64]
    indices: tuple[int, ...] | None = None
    labels: NDArray[Any] | None = None
    classes: tuple[str, ...] | None = None
    images: NDArray[np.uint8] | None = None
    wrong: tuple[int, ...] = ()
    unsure: tuple[int, ...] = ()


def pick_examples(found: Examples, *, size: int = SIZE) -> Examples:
    """Some of them: mistakes, what the model is least sure of, and some of each class.

    Args:
        found: All there are, as many as a data set has.
        size: How many, if their bytes allow it.
    """
    size = max(1, min(size, len(found.inputs), MOST_BYTES // found.inputs.shape[1]))
    margins = margins_of(found.task, found.scores)
    wrong, unsure = list[int](), list[int]()
    if found.labels is not None and found.task != "regression":
        answers = answers_of(found.task, found.scores)
        wrong = surest_mistakes(answers, found.labels, margins).tolist()
    if margins is not None:
        unsure = least_sure(margins).tolist()
    part = max(1, size // _SHARE)
    picked = dict.fromkeys([*wrong[:part], *unsure[:part]])
    for index in _take_turns(found):
        if len(picked) >= size:
            break
        picked.setdefault(index)
    chosen = np.array(list(picked)[:size], np.int64)
    place = {index: at for at, index in enumerate(chosen.tolist())}

    def placed(indices: list[int]) -> tuple[int, ...]:
        return tuple(place[i] for i in indices[:part] if i in place)

    def of(rows: NDArray[Any] | None) -> NDArray[Any] | None:
        return None if rows is None else rows[chosen]

    return replace(
        found,
        inputs=found.inputs[chosen],
        outputs=found.outputs[chosen],
        scores=found.scores[chosen],
        indices=found.indices and tuple(found.indices[i] for i in chosen.tolist()),
        labels=of(found.labels),
        images=of(found.images),
        wrong=placed(wrong),
        unsure=placed(unsure),
    )


def describe_examples(examples: Examples) -> dict[str, Any]:
    """What the page is told of them, beside their bytes."""
    labels = examples.labels
    return {
        "origin": examples.origin,
        "count": len(examples.inputs),
        "indices": list(examples.indices or ()),
        "labels": None if labels is None else labels.tolist(),
        "classes": None if examples.classes is None else list(examples.classes),
        "task": examples.task,
        "wrong": list(examples.wrong),
        "unsure": list(examples.unsure),
    }


def _take_turns(found: Examples) -> list[int]:
    """All of them, each class in its turn; as they are, where there are no classes."""
    count = len(found.inputs)
    if found.labels is None or found.labels.ndim != 1 or found.labels.dtype.kind == "f":
        return list(range(count))
    turn: Callable[[int], tuple[int, int]]
    seen: dict[int, int] = {}
    turns = []
    for label in found.labels.tolist():
        turns.append((seen.setdefault(label, 0), label))
        seen[label] += 1
    turn = turns.__getitem__
    return sorted(range(count), key=turn)

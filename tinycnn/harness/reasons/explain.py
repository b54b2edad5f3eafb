"""Each differing output explained: by a named reference's rounding, or by kernels.

In: what a device was given and answered, interpreters that round otherwise, and our own
programs with other kernels. Out: for each differing image what gives the very bytes. A
reference must give the answers to equal images, too, or it is not what the device runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import read_tflite
from tinycnn.errors import InvalidModelError, ToolchainError
from tinycnn.harness.mistakes import ROUNDINGS, Given
from tinycnn.harness.reasons.reasons import Reason, Reasons
from tinycnn.reference.every_tensor import run_every_tensor

__all__ = ["Variant", "explain_differences"]

Rows = NDArray[np.int8]
Run = Callable[[bytes, str, Rows], Rows]
_EQUAL_TRIED = 64
_DIFFERING_TRIED = 100
_TRACED = 16  # images of which the first operator is looked for


@dataclass(frozen=True, slots=True)
class Variant:
    """A program of ours with other kernels, or elsewhere.

    Attributes:
        name: What a verdict calls it.
        run: Its outputs, one row an image.
    """

    name: str
    run: Callable[[Rows], Rows]


def explain_differences(
    given: Given, differing: int, run: Run, variants: Sequence[Variant] = ()
) -> Reasons | None:
    """What gives the device's differing answers.

    Args:
        given: What the device was given and answered.
        differing: Differing images that there are, known here or not.
        run: Runs a model on a reference.
        variants: Programs of ours that may give them.

    Returns:
        None if nothing differs.
    """
    places = given.differing[:_DIFFERING_TRIED]
    if not len(places):
        return None
    rest, reasons = places, list[Reason]()
    for name, reference in ROUNDINGS.items():
        if found := _try_reference(given, run, name, rest):
            hits = rest[found]
            where = _find_operators(given, run, name, hits)
            what = f"the rounding of {reference}"
            reasons.append(Reason("rounding", what, len(hits), where))
            rest = np.setdiff1d(rest, hits)
    for variant in variants:
        if not len(rest):
            break
        hit = _gives(given, rest, variant.run(given.inputs[rest]))
        if hit.any():
            reasons.append(Reason("kernel", variant.name, int(hit.sum())))
            rest = rest[~hit]
    reasons.sort(key=lambda reason: -reason.images)
    if len(rest):
        reasons.append(Reason("unexplained", "", len(rest)))
    return Reasons(tuple(reasons), len(places), differing)


def _try_reference(
    given: Given, run: Run, reference: str, places: NDArray[np.intp]
) -> list[int]:
    """Which of `places` a reference explains; none if it gives other equal answers."""
    if reference == given.numerics or not len(places):
        return []
    equal = np.setdiff1d(np.arange(len(given.got)), given.differing)[:_EQUAL_TRIED]
    asked = np.concatenate([places, equal])
    try:
        answers = run(given.model, reference, given.inputs[asked])
    except (InvalidModelError, ToolchainError):
        return []  # it does not take the model, or is not installed
    hit = _gives(given, asked, answers)
    if not hit[len(places) :].all():
        return []
    return [int(i) for i in np.flatnonzero(hit[: len(places)])]


def _gives(given: Given, places: NDArray[np.intp], answers: Rows) -> NDArray[np.bool_]:
    hit: NDArray[np.bool_] = (answers == given.got[places]).all(axis=1)
    return hit


def _run_on(run: Run, reference: str, model: bytes, rows: Rows) -> Rows:
    return run(model, reference, rows)


def _find_operators(
    given: Given, run: Run, reference: str, places: NDArray[np.intp]
) -> tuple[tuple[str, int], ...]:
    """The operators at which a reference first leaves ours; none if it cannot tell."""
    rows, graph = given.inputs[places[:_TRACED]], read_tflite(given.model)
    try:
        own, other = (
            run_every_tensor(given.model, graph, rows, partial(_run_on, run, name))
            for name in (given.numerics, reference)
        )
    except (InvalidModelError, ToolchainError):
        return ()
    found: Counter[str] = Counter()
    for image in range(len(rows)):
        for op in graph.ops:
            known = [t for t in op.outputs if t in own]
            if any(own[t][image].tobytes() != other[t][image].tobytes() for t in known):
                found[f"op {op.index} {op.kind}"] += 1
                break
    return tuple(found.most_common())

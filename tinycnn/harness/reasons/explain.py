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
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import read_tflite
from tinycnn.errors import InvalidModelError, ToolchainError
from tinycnn.harness.mistakes import ROUNDINGS, Given
from tinycnn.harness.reasons.reasons import Reason, Reasons
from tinycnn.reference import run_in_batches
from tinycnn.reference.every_tensor import list_kept, run_every_tensor

__all__ = ["Variant", "explain_differences"]

Rows = NDArray[np.int8]
Run = Callable[[bytes, str, Rows], Rows]
_EQUAL_TRIED = 64
_LARGEST_BATCH = 4096
_DIGEST_BYTES = 8
_BATCH_BYTES = 1 << 25  # of tensors that are held at a time


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
    given: Given,
    run: Run,
    variants: Sequence[Variant] = (),
    *,
    most: int | None = None,
) -> Reasons | None:
    """What gives the device's differing answers.

    Args:
        given: What the device was given and answered.
        run: Runs a model on a reference.
        variants: Programs of ours that may give them.
        most: Differing images that are looked at; of more, those at even distances.

    Returns:
        None if nothing differs.
    """
    places = _thin_out(given.differing, most)
    if not len(places):
        return None
    rest, reasons = places, list[Reason]()
    if (found := _find_rounding(given, run, places)) is not None:
        name, hits = found
        where = _Tracing(given, run).find_operators(name, hits)
        what = f"the rounding of {ROUNDINGS[name]}"
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
    return Reasons(tuple(reasons), len(places), len(given.differing))


def _thin_out(places: NDArray[np.intp], most: int | None) -> NDArray[np.intp]:
    if most is None or len(places) <= most:
        return places
    return places[np.linspace(0, len(places) - 1, most).astype(np.intp)]


def _find_rounding(
    given: Given, run: Run, places: NDArray[np.intp]
) -> tuple[str, NDArray[np.intp]] | None:
    """The reference that explains the most of `places`, and which; None if none does.

    A device computes in one way: what gives other equal answers, or fewer than half of
    those that differ, or fewer than another reference, gives the rest by chance.
    """
    best: tuple[str, NDArray[np.intp]] | None = None
    most = (len(places) - 1) // 2
    for name in ROUNDINGS:
        hits = _try_reference(given, run, name, places)
        if len(hits) > most:
            best, most = (name, hits), len(hits)
        if most == len(places):
            break
    return best


def _try_reference(
    given: Given, run: Run, reference: str, places: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Which of `places` a reference explains; none if it has equal answers wrong."""
    if reference == given.numerics:
        return places[:0]
    equal = np.setdiff1d(np.arange(len(given.got)), given.differing)[:_EQUAL_TRIED]
    asked = np.concatenate([places, equal])
    try:
        answers = _run_all(run, given.model, reference, given.inputs[asked])
    except (InvalidModelError, ToolchainError):
        return places[:0]  # it does not take the model, or is not installed
    hit = _gives(given, asked, answers)
    return places[hit[: len(places)]] if hit[len(places) :].all() else places[:0]


def _gives(given: Given, places: NDArray[np.intp], answers: Rows) -> NDArray[np.bool_]:
    hit: NDArray[np.bool_] = (answers == given.got[places]).all(axis=1)
    return hit


def _run_all(run: Run, model: bytes, reference: str, rows: Rows) -> Rows:
    return np.concatenate(list(run_in_batches(partial(run, model, reference), rows)))


def _run_on(run: Run, reference: str, model: bytes, rows: Rows) -> Rows:
    return run(model, reference, rows)


class _Tracing:
    """At which operator another reference first leaves ours, image by image.

    Args:
        given: What the device was given.
        run: Runs a model on a reference.
    """

    def __init__(self, given: Given, run: Run) -> None:
        self._given, self._run = given, run
        self._graph = read_tflite(given.model)
        self._kept = list_kept(given.model, self._graph)
        self._own: dict[int, Rows] = {}

    def find_operators(
        self, reference: str, places: NDArray[np.intp]
    ) -> tuple[tuple[str, int], ...]:
        """The operators, each with its images; none if a reference cannot tell."""
        try:
            new = np.array([p for p in places.tolist() if p not in self._own], np.intp)
            if len(new):
                self._own |= self._digest(self._given.numerics, new)
            other = self._digest(reference, places)
        except (InvalidModelError, ToolchainError):
            return ()
        writer = {tensor: op for op in self._graph.ops for tensor in op.outputs}
        found: Counter[str] = Counter()
        for place, digests in other.items():
            leaves = np.flatnonzero((digests != self._own[place]).any(axis=1))
            if len(leaves):
                op = writer[self._kept[int(leaves[0])]]
                found[f"op {op.index} {op.kind}"] += 1
        return tuple(found.most_common())

    def _digest(self, reference: str, places: NDArray[np.intp]) -> dict[int, Rows]:
        """Of each tensor that is kept, in the order of operators, by image."""
        given, graph = self._given, self._graph
        size = sum(graph.tensors[tensor].bytes for tensor in self._kept)
        run = partial(_run_on, self._run, reference)

        def digest(rows: Rows) -> Rows:
            tensors = run_every_tensor(given.model, graph, rows, run)
            found = (
                tensors[kept][row] for row in range(len(rows)) for kept in self._kept
            )
            digests = b"".join(map(_hash, found))
            return np.frombuffer(digests, np.int8).reshape(len(rows), -1, _DIGEST_BYTES)

        largest = min(max(_BATCH_BYTES // max(size, 1), 1), _LARGEST_BATCH)
        batches = run_in_batches(digest, given.inputs[places], largest=largest)
        return dict(zip(places.tolist(), np.concatenate(list(batches)), strict=True))


def _hash(values: NDArray[np.generic]) -> bytes:
    return blake2b(values.tobytes(), digest_size=_DIGEST_BYTES).digest()

"""What the reference makes of the inputs on the bench, kept as it is computed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tinycnn.reference import Reference, run_in_batches
from tinycnn.workbench.subject import Subject

__all__ = ["Expected"]

Rows = NDArray[np.int8]


class Expected:
    """The reference's outputs for the inputs that are asked for, in that order.

    Iterating computes them, batch by batch; what was computed can be looked up.

    Args:
        reference: Computes them, unless the subject has them.
        subject: The model and its inputs.
    """

    def __init__(self, reference: Reference, subject: Subject) -> None:
        self._reference, self._subject = reference, subject
        self._batches: list[Rows] = []

    def __iter__(self) -> Iterator[Rows]:
        """Batches of rows, one row an input."""
        subject = self._subject
        if subject.expected is not None:
            yield self._keep(subject.expected[subject.asked])
            return
        for batch in run_in_batches(self._reference.run, subject.inputs[subject.asked]):
            yield self._keep(batch)

    def _keep(self, batch: Rows) -> Rows:
        self._batches.append(batch)
        return batch

    def of(self, indices: NDArray[np.int64]) -> Rows:
        """The rows of inputs that were compared, by their places among all inputs."""
        rows = np.concatenate(self._batches)
        asked = self._subject.asked[: len(rows)].tolist()
        row_of = {index: row for row, index in enumerate(asked)}
        return rows[[row_of[index] for index in indices.tolist()]]

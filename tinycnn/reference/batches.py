"""The outputs of a reference for many inputs, some at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tinycnn.reference.reference import Reference

__all__ = ["run_in_batches"]

_FIRST_BATCH = 16  # what a reference in a child has computed within its limits
_LARGEST_BATCH = 4096
_QUICK_S = 4.0  # a batch that takes less may be followed by one of twice the size


def run_in_batches(
    reference: Reference, inputs: NDArray[np.int8]
) -> Iterator[NDArray[np.int8]]:
    """The reference's outputs for rows of input bytes; batches grow while quick."""
    start, size = 0, _FIRST_BATCH
    while start < len(inputs):
        begun = time.monotonic()
        rows = reference.run(inputs[start : start + size])
        took_s = time.monotonic() - begun
        yield rows
        start += size
        if took_s < _QUICK_S:  # the start of a child is most of what few images take
            size = min(2 * size, _LARGEST_BATCH)

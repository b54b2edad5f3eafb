"""The outputs of a reference for many inputs, some at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["run_in_batches"]

_FIRST_BATCH = 16  # what a reference in a child has computed within its limits
_LARGEST_BATCH = 4096
_QUICK_S = 4.0  # a batch that takes less may be followed by one of twice the size


def run_in_batches(
    run: Callable[[NDArray[np.int8]], NDArray[np.int8]],
    inputs: NDArray[np.int8],
    *,
    largest: int = _LARGEST_BATCH,
) -> Iterator[NDArray[np.int8]]:
    """The reference's outputs for rows of input bytes; batches grow while quick.

    Args:
        run: The reference's, from rows to rows.
        inputs: One row an image.
        largest: Most rows of a batch, in the end.
    """
    start, size = 0, min(_FIRST_BATCH, largest)
    while start < len(inputs):
        begun = time.monotonic()
        rows = run(inputs[start : start + size])
        took_s = time.monotonic() - begun
        yield rows
        start += size
        if took_s < _QUICK_S:  # the start of a child is most of what few images take
            size = min(2 * size, largest)

"""Rows of raw output bytes -> the real numbers that the first output stands for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tinycnn.device import TensorInfo
from tinycnn.tasks import as_grid

__all__ = ["first_scores"]


def first_scores(rows: NDArray[np.int8], first: TensorInfo) -> NDArray[np.float64]:
    """One row of scores an image, or a grid of them where the output is one.

    Args:
        rows: The bytes of all outputs of each image, laid end to end.
        first: The first of these outputs.
    """
    dtype = np.dtype(first.dtype).newbyteorder("<")
    values = np.ascontiguousarray(rows[:, : first.bytes]).view(dtype).astype(np.float64)
    values = as_grid(values, first.shape)
    if not first.scale:  # numbers that are real already
        return values
    return first.scale * (values - float(first.zero_point))

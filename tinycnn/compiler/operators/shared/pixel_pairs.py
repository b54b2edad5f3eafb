"""What kernels that multiply two gathered windows at a time share: pixel_pairs.h."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.operators.shared.folded_channels import Integers
from tinycnn.compiler.operators.shared.lane_pairs import GROUP

__all__ = ["count_pair", "gather_order", "window_words"]


def gather_order(rows: int, run: int) -> Integers:
    """The elements of a window of rows as they lie in the kernel's buffer, by number.

    A row of the window is cut in fours, of which elements 0 and 2 are a pair, then 1
    and 3; what is left of each row follows at the end.
    """
    elements = np.arange(rows * run).reshape(-1, run)
    fours = run // 4 * 4
    quads = elements[:, :fours].reshape(-1, 4)[:, [0, 2, 1, 3]]
    return np.concatenate([quads.reshape(-1), elements[:, fours:].reshape(-1)])


def window_words(rows: int, run: int) -> int:
    """Of both windows, as 16-bit numbers."""
    return rows * run + rows * run % 2


def count_pair(rows: int, run: int, channels: int, mixed: int) -> int:
    """Cycles of a pair of pixels: gathering, then the groups of channels.

    Args:
        rows: Of the window.
        run: Elements of each.
        channels: Of the output.
        mixed: How many groups of channels round twice.
    """
    words = -(-rows * run // 2)
    groups = -(-channels // GROUP)
    multiply = 15 * words + 9 * max((words - 2) // 16, 0) + 64
    row = 20 + 26 * (run // 8) + 11 * (run // 4 % 2) + (0, 21, 14, 46)[run % 4]
    return 50 + rows * row + groups * multiply + 29 * mixed

"""Which pixels of an image windows read, for the orders of the kernels that have them.

Two accounts that share nothing, as `memory_order` demands: `last_pixels` goes from
input pixels to the windows that have them, `list_taps` from windows to input pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.memory_order import LastReaders
from tinycnn.compiler.operators.shared.window import Window

__all__ = ["last_pixels", "list_taps"]


def last_pixels(node: Node, window: Window) -> LastReaders:
    """For each input pixel the number of the last output pixel whose window has it."""
    rows, columns = (
        _last_windows(
            node.input().shape[1 + axis],
            node.output().shape[1 + axis],
            np.arange(window.size[axis]) * window.dilation[axis] - window.padding[axis],
            window.stride[axis],
        )
        for axis in (0, 1)
    )
    pixels = rows[:, None] * node.output().shape[2] + columns[None, :]
    return np.where((rows[:, None] < 0) | (columns[None, :] < 0), -1, pixels)


def _last_windows(
    size: int, windows: int, taps: NDArray[np.int64], stride: int
) -> LastReaders:
    """The same along one axis; window w reads `w * stride + tap` for each tap."""
    last = np.full(size, -1, np.int64)
    for window in range(windows):
        reads = window * stride + taps
        last[reads[(reads >= 0) & (reads < size)]] = window
    return last


def list_taps(
    node: Node, window: Window
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """For each tap of the window: where it is inside the image, and the pixels there.

    Yields:
        The first element of each output pixel whose tap is inside; its input pixel.
    """
    (_, height, width, _), (_, rows, columns, channels) = (
        node.input().shape,
        node.output().shape,
    )
    (stride_y, stride_x), (top, left) = window.stride, window.padding[:2]
    oy, ox = np.divmod(np.arange(rows * columns), columns)
    for row, column in product(*map(range, window.size)):
        y = oy * stride_y - top + row * window.dilation[0]
        x = ox * stride_x - left + column * window.dilation[1]
        inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        yield np.flatnonzero(inside) * channels, (y * width + x)[inside]

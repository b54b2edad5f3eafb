"""Pooling: channel by channel, each from the same channel of the window's pixels."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.pool.rules import find_window
from tinycnn.compiler.operators.shared.memory_order import (
    LastReaders,
    MemoryOrder,
    Reads,
)
from tinycnn.compiler.operators.shared.window_order import last_pixels, list_taps

__all__ = ["ORDER"]


def _last_readers(node: Node, x: Tensor) -> LastReaders:
    channels, pixels = x.shape[3], last_pixels(node, find_window(node))
    inside = np.arange(channels, dtype=np.int64)
    return np.where(pixels[:, :, None] < 0, -1, pixels[:, :, None] * channels + inside)


def _reads(node: Node, x: Tensor) -> Reads:
    channels = np.arange(x.shape[3])
    for places, pixels in list_taps(node, find_window(node)):
        yield pixels[:, None] * x.shape[3] + channels, places[:, None] + channels


ORDER = MemoryOrder(_last_readers, _reads)

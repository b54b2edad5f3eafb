"""FULLY_CONNECTED: a row of the output takes the whole row of the input."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.memory_order import (
    LastReaders,
    MemoryOrder,
    Reads,
)

__all__ = ["ORDER"]


def _last_readers(node: Node, x: Tensor) -> LastReaders:
    channels, depth = node.input(1).shape
    rows = np.arange(x.size // depth, dtype=np.int64)
    return np.repeat(rows * channels + channels - 1, depth)


def _reads(node: Node, x: Tensor) -> Reads:
    """The whole row for each output channel."""
    channels, depth = node.input(1).shape
    rows = np.arange(x.size).reshape(-1, depth)
    for number, row in enumerate(rows):
        yield row, np.full(depth, (number + 1) * channels - 1)


ORDER = MemoryOrder(_last_readers, _reads)

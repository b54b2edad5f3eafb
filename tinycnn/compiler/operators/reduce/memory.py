"""Reductions: the kept elements in order, for each of them all that is reduced to it.

The axes are those of the file, not the loops that the kernel's parameters make of them.
"""

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


def _last_readers(node: Node, x: Tensor) -> LastReaders | None:
    axes = node.input(1).data
    if axes is None:
        return None
    reduced = {int(axis) % len(x.shape) for axis in axes.reshape(-1)}
    kept = [1 if axis in reduced else size for axis, size in enumerate(x.shape)]
    last = np.arange(node.output().size, dtype=np.int64).reshape(kept)
    return np.broadcast_to(last, x.shape)


def _reads(node: Node, x: Tensor) -> Reads:
    axes = node.input(1).data
    assert axes is not None
    reduced = sorted({int(axis) % len(x.shape) for axis in axes.reshape(-1)})
    kept = [axis for axis in range(len(x.shape)) if axis not in reduced]
    order = np.arange(x.size).reshape(x.shape).transpose(*kept, *reduced)
    elements = order.reshape(node.output().size, -1)
    moments = np.arange(node.output().size)[:, None]
    yield elements, np.broadcast_to(moments, elements.shape)


ORDER = MemoryOrder(_last_readers, _reads)

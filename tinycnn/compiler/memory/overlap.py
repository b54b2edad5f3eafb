"""How far a kernel's output may reach into its own input.

The portable kernels write their output front to back, and before they write element j
they have read what the elements up to j need. So output element j may lie on bytes that
only elements 0 to j read. From the last output element that reads each input element
follow two distances: the output may start at least `below` bytes below the start of the
input, or at least `above` bytes above it. Both are the smallest that are safe.

An operator that does not say how its kernel reads keeps its input and output apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS

__all__ = ["Clearance", "find_clearance", "has_many_reads"]

MAX_READS = 1 << 28  # beyond, input and output are kept apart: proofs take too long


@dataclass(frozen=True, slots=True)
class Clearance:
    """Bytes from the start of an input to the start of an output.

    Attributes:
        below: `output offset <= input offset - below` is safe; may be negative.
        above: So is `output offset >= input offset + above`.
    """

    below: int
    above: int

    def widen(self, other: Clearance) -> Clearance:
        """What satisfies both."""
        return Clearance(max(self.below, other.below), max(self.above, other.above))


def find_clearance(node: Node, number: int = 0, output_number: int = 0) -> Clearance:
    """How near an output of `node` may come to its input of that number."""
    x, y = node.input(number), node.output(output_number)
    order = OPERATORS[node.op.kind].order
    if len(node.op.outputs) > 1 or has_many_reads(node):
        order = None
    last = order.last_readers(node, x) if order else None
    if last is None or last.size != x.size:
        return Clearance(below=y.bytes, above=x.bytes)
    last = last.reshape(-1)
    read = np.flatnonzero(last > 0)  # what element 0 reads is read before any write
    if not read.size:
        return Clearance(below=-x.bytes, above=x.bytes)
    width, output_width = x.bytes // x.size, y.bytes // y.size
    below = int(np.max(last[read] * output_width - read * width))
    return Clearance(below=below, above=int(read[-1] + 1) * width)


def has_many_reads(node: Node) -> bool:
    """Whether the windows of an operator are too many to be looked at one by one."""
    window = OPERATORS[node.op.kind].find_window(node)
    if window is None:
        return False
    x, y = node.input(), node.output()
    pixels = y.size // y.shape[-1]
    channels = max(x.shape[-1], y.shape[-1])
    return pixels * math.prod(window.size) * channels > MAX_READS

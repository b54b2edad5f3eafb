"""Predicted cycles of portable kernels on a Cortex-M4.

Measured roughly: what counts is that a kernel for DSP is faster, and by how much.
"""

from __future__ import annotations

from collections.abc import Callable

from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.node import Node

__all__ = ["CountCycles", "count_clamp_cycles", "count_outputs", "cycles_by_output"]
__all__ += ["cycles_by_step"]

CountCycles = Callable[[Node], int]


def cycles_by_output(per_output: int) -> CountCycles:
    """So many for each element of the outputs."""
    return lambda node: per_output * count_outputs(node)


def cycles_by_step(
    per_step: int, per_output: int, count_steps: Callable[[Node], int]
) -> CountCycles:
    """So many for each step of an inner loop, and for each element of the outputs."""
    return lambda node: per_step * count_steps(node) + per_output * count_outputs(node)


def count_outputs(node: Node) -> int:
    """Elements of all outputs."""
    return sum(node.graph.tensors[i].size for i in node.op.outputs)


def count_clamp_cycles(node: Node) -> int:
    """Of limiting the output after all, by words, if it is limited."""
    attrs = node.op.attrs
    is_limited = isinstance(attrs, ClampedAttrs) and attrs.clamp != (-128, 127)
    return count_outputs(node) * 3 if is_limited else 0

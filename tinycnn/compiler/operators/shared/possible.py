"""Cycles that the best inner loops known take on a Cortex-M4: what kernels are held to.

Counted from our own kernels of like work, whatever the shape: what an operator takes
above that, it loses. It is no law; some kernels are below it.
"""

from __future__ import annotations

from collections.abc import Callable

from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.cycles import CountCycles, count_outputs

__all__ = ["possible_by_input", "possible_by_output", "possible_by_step"]
__all__ += ["possible_convolution", "possible_dense", "possible_depthwise"]

_Count = Callable[[Node], int]


def possible_by_output(per_output: float) -> CountCycles:
    """So many for each element of the outputs."""
    return lambda node: round(per_output * count_outputs(node))


def possible_by_input(per_input: float) -> CountCycles:
    """So many for each element of the first input."""
    return lambda node: round(per_input * node.input().size)


def possible_by_step(per_step: float, count_steps: _Count) -> CountCycles:
    """So many for each step of an inner loop."""
    return lambda node: round(per_step * count_steps(node))


def possible_convolution(count_macs: _Count) -> CountCycles:
    """15 cycles for 16 multiplications; windows that are gathered; outputs.

    Two windows are gathered by 26 cycles for 8 numbers of each, and read by all output
    channels; an output is finished in 8.
    """

    def count(node: Node) -> int:
        macs, channels = count_macs(node), node.output().shape[-1]
        return round(macs * (15 / 16 + 26 / 16 / channels) + 8 * count_outputs(node))

    return count


def possible_depthwise(count_macs: _Count) -> CountCycles:
    """10 cycles for 12 multiplications along a window's row; 13 for an output."""
    return lambda node: round(10 / 12 * count_macs(node) + 13 * count_outputs(node))


def possible_dense(count_macs: _Count) -> CountCycles:
    """20 cycles for 16 multiplications; outputs are finished in 20."""
    return lambda node: round(20 / 16 * count_macs(node) + 20 * count_outputs(node))

"""A way to compute one operator: the C kernel, and what it costs.

Cycles are those of a Cortex-M4 with memory that never waits; each kernel's file states
the loop that they are counted from, with constants measured on the simulated board.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node

__all__ = ["Kernel"]


@dataclass(frozen=True, slots=True)
class Kernel:
    """One kernel for one node.

    A kernel reads each input element no later, and writes each output element no
    earlier, than the portable kernel does between its steps: what the memory plan
    proves of the portable kernel holds for it too.

    Attributes:
        function: The C function.
        cycles: Predicted cycles of one call.
        constant_bytes: Weights and constants in flash.
        scratch_bytes: Memory that it works in, aligned to 4 bytes.
        lower: Adds its calls.
    """

    function: str
    cycles: int
    constant_bytes: int
    scratch_bytes: int
    lower: Callable[[Lowering, Node], None]

"""A way to compute one operator: the C kernel, and what it costs.

Cycles are those of a Cortex-M4, or of a Cortex-M0+ for kernels without DSP, with memory
that never waits; each kernel's file states the loop that they are counted from, with
constants measured on the simulated board.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node

__all__ = ["TYPICAL_CODE_BYTES", "Kernel", "KernelRule"]

TYPICAL_CODE_BYTES = 800  # portable kernels have 150 to 1,100


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
        code_bytes: Its instructions, with -O2 on a Cortex-M4; an estimate.
    """

    function: str
    cycles: int
    constant_bytes: int
    scratch_bytes: int
    lower: Callable[[Lowering, Node], None]
    code_bytes: int = TYPICAL_CODE_BYTES


# The kernel for a node, or None where it would not be exact.
KernelRule = Callable[[Node, Numerics], Kernel | None]

"""A way to compute one operator: the C kernel, and what it costs.

Cycles are those of a Cortex-M4, or of a Cortex-M0+ for kernels without DSP, with memory
that never waits; each kernel's file states the loop that they are counted from, with
constants measured on the simulated board. Caches of most flash serve code only, so that
each word of constants that is read waits: kernels are compared by what they cost with
that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node

__all__ = ["TYPICAL_CODE_BYTES", "Kernel", "KernelRule", "NoKernelError"]
__all__ += ["keep_weights", "try_rule"]

TYPICAL_CODE_BYTES = 800  # portable kernels have 150 to 1,100
_FLASH_WAIT = 2  # cycles for which a read of flash waits, about
_COPY_CYCLES = 3  # to copy a word to RAM


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
        flash_reads: Times that one call reads constants; 0 for kernels that have few,
            and for cores without DSP, whose kernels are compared by cycles.
        kept: The same kernel with its weights copied to RAM at first.
        by_channels: It computes some channels of all rows, then others, which is not
            the order above: it is there for rows of a chain.
    """

    function: str
    cycles: int
    constant_bytes: int
    scratch_bytes: int
    lower: Callable[[Lowering, Node], None]
    code_bytes: int = TYPICAL_CODE_BYTES
    flash_reads: int = 0
    kept: Kernel | None = None
    by_channels: bool = False

    @property
    def cost(self) -> int:
        """Its cycles where reads of flash wait."""
        return self.cycles + _FLASH_WAIT * self.flash_reads


# The kernel for a node; None where it is not meant for such nodes. Where it is, and
# would not be exact, the rule raises NoKernelError.
KernelRule = Callable[[Node, Numerics], Kernel | None]


class NoKernelError(Exception):
    """A kernel that is meant for such nodes, and would not be exact for this one.

    Args:
        reason: Why, in a few words: "shift 24 in channel 7".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def try_rule(rule: KernelRule, node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for a node; None where there is none, for whatever reason."""
    try:
        return rule(node, numerics)
    except NoKernelError:
        return None


def keep_weights(build: Callable[[int], Kernel], words: int) -> Kernel:
    """The kernel, and as its `kept` the one whose weights are copied to RAM.

    Args:
        build: The kernel that keeps so many words in RAM, without counting that.
        words: Of its weights.
    """
    kept = build(words)
    return replace(
        build(0),
        kept=replace(
            kept,
            cycles=kept.cycles + _COPY_CYCLES * words,
            scratch_bytes=kept.scratch_bytes + 4 * words,
            flash_reads=words,
        ),
    )

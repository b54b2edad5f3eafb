"""What the compiler knows of one TFLite operator.

Whatever an operator does not say has a default that is safe for any.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tinycnn.choices import Family
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import Attrs, Clamp, Graph, Op
from tinycnn.compiler.ir.kernel import KernelRule
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.border import Border
from tinycnn.compiler.operators.shared.breakdown import BreakDown
from tinycnn.compiler.operators.shared.channels import KEEP_ALL, ChannelRules
from tinycnn.compiler.operators.shared.cycles import CountCycles, cycles_by_output
from tinycnn.compiler.operators.shared.folding import Folding
from tinycnn.compiler.operators.shared.memory_order import MemoryOrder
from tinycnn.compiler.operators.shared.rows import RowRules
from tinycnn.compiler.operators.shared.window import Window

__all__ = ["Operator", "read_nothing"]


def read_nothing(raw: RawOp) -> Attrs:
    """The attributes of an operator without options."""
    return Attrs()


def _refuse(node: Node) -> None:
    node.refuse("expected constants only")


def _allow(node: Node, numerics: Numerics) -> None:
    return


def _add_no_calls(lowering: Lowering, node: Node) -> None:
    return


def _none(node: Node) -> None:
    return None


def _absorb_nothing(node: Node, border: Border) -> None:
    return None


def _count_no_macs(node: Node) -> int:
    return 0


_count_slow_copy = cycles_by_output(20)


@dataclass(frozen=True, slots=True)
class Operator:
    """The rules of one operator.

    Attributes:
        kind: Its name in TFLite's schema.
        code: Its number there; None if no file can ask for it.
        read: Options of the file -> attributes; None if it is known on constants only.
        check: Raises a ModelError unless the kernels can compute the node exactly.
        lower: Adds the calls of the portable kernel; by default there are none.
        options: The schema's number of its table of options; a table of another is not
            read, as in TFLite. 0 if it has none that count.
        count_macs: Multiply-accumulates of one inference.
        count_cycles: What the portable kernel takes on a Cortex-M4, about.
        count_possible: What the best inner loop known would take there; None where
            nobody counted.
        kernels: Those for Cortex-M with DSP; by default only the portable one is there.
        mul_kernels: Likewise for cores with a fast multiplication and no more.
        check_numerics: Raises a ModelError if the reference to equal has no such
            operator, or has it wrong.
        is_alias: The output is the first input under another shape: the memory plan
            puts both in one place, and there are no kernel calls.
        order: In which order the kernel reads; None keeps input and output apart.
        find_window: The window that slides over the input, if one does.
        fold: How it is computed on constants; None leaves it to the device.
        channels: What it says of channels that carry no information; by default that
            it needs them all.
        find_limits: The range of an operator that does nothing but limit its input.
        find_border: The pixels that it does nothing but add around its input.
        absorb_border: The attributes with which it reads the image inside a border;
            None where that would change its outputs.
        rewrite: The graph in which it and those around it give way to what they mean.
        rows: How it is computed row by row; None where it needs its input whole.
        break_down: One number of its output, term by term; None where there is no sum:
            it copies, or chooses.
        weights_axis: The output channels' of its weights, the second input; None
            without weights.
    """

    kind: str
    code: int | None
    read: Callable[[RawOp], Attrs] | None = None
    check: Callable[[Node], None] = _refuse
    lower: Callable[[Lowering, Node], None] = _add_no_calls
    count_macs: Callable[[Node], int] = _count_no_macs
    options: int = 0
    count_cycles: CountCycles = _count_slow_copy
    count_possible: CountCycles | None = None
    kernels: tuple[KernelRule, ...] = ()
    mul_kernels: tuple[KernelRule, ...] = ()
    check_numerics: Callable[[Node, Numerics], None] = _allow
    is_alias: bool = False
    order: MemoryOrder | None = None
    find_window: Callable[[Node], Window | None] = _none
    fold: Folding | None = None
    channels: ChannelRules = KEEP_ALL
    find_limits: Callable[[Node], Clamp | None] = _none
    find_border: Callable[[Node], Border | None] = _none
    absorb_border: Callable[[Node, Border], Attrs | None] = _absorb_nothing
    rewrite: Callable[[Graph, Op], Graph] | None = None
    rows: RowRules | None = None
    break_down: BreakDown | None = None
    weights_axis: int | None = None

    def list_rules(self, family: Family) -> tuple[KernelRule, ...]:
        """Those of the kernels for such cores."""
        return self.kernels if family == "dsp" else self.mul_kernels

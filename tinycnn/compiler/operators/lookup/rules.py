"""Functions of one value: what their nodes must be, and the kernels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import Numerics, float32_multiplier
from tinycnn.compiler.ir.kernel import Kernel, KernelRule
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.lookup.tables import LookupTable
from tinycnn.compiler.operators.shared.breakdown import (
    BreakDown,
    Breakdown,
    Element,
    show_place,
)

__all__ = ["FindTable", "break_down_by", "check", "check_rescaling"]
__all__ += ["find_kernels", "lower_by"]

FindTable = Callable[[Node, Numerics], LookupTable]

_BY_WORDS = "tcnn_lookup_s8_dsp"
_TABLE_BYTES = 256


@dataclass(frozen=True, slots=True)
class LookupParams(Params):
    """What the kernel takes: lookup.h."""

    ctype = "tcnn_lookup_params_t"
    size: int


def check(node: Node) -> None:
    """Input and output of one shape."""
    node.check_inputs(1)
    node.int8_output()
    node.check_output_shape(node.int8_input().shape)


def check_rescaling(node: Node) -> None:
    """Scales that one multiplier brings together."""
    check(node)
    x, y = node.input(), node.output()
    node.check_headroom(float32_multiplier(x.scale, 1.0, y.scale), 255)


def find_kernels(find_table: FindTable) -> tuple[KernelRule, ...]:
    """The kernel for DSP: always exact."""

    def rule(node: Node, numerics: Numerics) -> Kernel:
        return Kernel(
            function=_BY_WORDS,
            cycles=80 + 21 * (node.output().size // 4) + 28,
            constant_bytes=_TABLE_BYTES,
            scratch_bytes=0,
            lower=lambda lowering, node: _call(lowering, node, find_table, _BY_WORDS),
            code_bytes=130,
        )

    return (rule,)


def lower_by(find_table: FindTable) -> Callable[[Lowering, Node], None]:
    """Adds the call of the portable kernel, which looks each value up."""
    return lambda lowering, node: _call(lowering, node, find_table, "tcnn_lookup_s8")


def _call(lowering: Lowering, node: Node, find_table: FindTable, function: str) -> None:
    params = LookupParams(node.output().size)
    table = find_table(node, lowering.numerics)
    name = lowering.array(node, "table", "int8_t", table)
    lowering.call(node, function, params, name)


def break_down_by(find_table: FindTable) -> BreakDown:
    """How an operator of one table comes to a number."""

    def break_down(element: Element) -> Breakdown:
        table = find_table(element.node, element.numerics)
        raw = int(element.value()[element.position])
        result = table[raw + 128]
        return Breakdown(
            words="no sum: looked up in a table of 256 outputs",
            result=result,
            columns=("input at", "input"),
            terms=((show_place(element.position), str(raw)),),
            stages=((f"table entry {raw + 128}", result),),
            slips={
                "table entry before": table[max(raw + 127, 0)],
                "table entry after": table[min(raw + 129, 255)],
                "table read by the unsigned byte": table[raw % 256],
                "input left as it is": raw,
            },
        )

    return break_down

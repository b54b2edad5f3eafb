"""Functions of one value: what their nodes must be, and the kernel's table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import float32_multiplier
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.ir.program import Buffer
from tinycnn.compiler.operators.lookup.tables import LookupTable
from tinycnn.compiler.operators.shared.breakdown import (
    BreakDown,
    Breakdown,
    Element,
    show_place,
)

__all__ = ["break_down_by", "check", "check_rescaling", "lower_table"]


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


def break_down_by(lower: Callable[[Lowering, Node], None]) -> BreakDown:
    """How an operator whose `lower` adds one table comes to a number."""

    def break_down(element: Element) -> Breakdown:
        node = element.node
        tensors = (node.input(), node.output())
        buffers = {t.id: Buffer(f"t{t.id}", 0, t) for t in tensors}
        lowering = Lowering("", buffers, element.numerics)
        lower(lowering, node)
        table = lowering.arrays[-1].values.tolist()
        raw = int(element.value()[element.position])
        result = int(table[raw + 128])
        return Breakdown(
            words="no sum: looked up in a table of 256 outputs",
            result=result,
            columns=("input at", "input"),
            terms=((show_place(element.position), str(raw)),),
            stages=((f"table entry {raw + 128}", result),),
            slips={
                "table entry before": int(table[max(raw + 127, 0)]),
                "table entry after": int(table[min(raw + 129, 255)]),
                "table read by the unsigned byte": int(table[raw % 256]),
                "input left as it is": raw,
            },
        )

    return break_down


def lower_table(lowering: Lowering, node: Node, table: LookupTable) -> None:
    """Add the call that looks each value up."""
    params = LookupParams(node.output().size)
    name = lowering.array(node, "table", "int8_t", table)
    lowering.call(node, "tcnn_lookup_s8", params, name)

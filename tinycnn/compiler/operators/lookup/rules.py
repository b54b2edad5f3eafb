"""Functions of one value: what their nodes must be, and the kernel's table."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import float32_multiplier
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.lookup.tables import LookupTable

__all__ = ["check", "check_rescaling", "lower_table"]


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


def lower_table(lowering: Lowering, node: Node, table: LookupTable) -> None:
    """Add the call that looks each value up."""
    params = LookupParams(node.output().size)
    name = lowering.array(node, "table", "int8_t", table)
    lowering.call(node, "tcnn_lookup_s8", params, name)

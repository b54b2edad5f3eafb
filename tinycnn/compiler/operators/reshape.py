"""RESHAPE: another shape for the same bytes, so no kernel at all."""

from __future__ import annotations

from tinycnn.compiler.lowering import Lowering
from tinycnn.compiler.operators.operator import Node, Operator, no_macs, read_nothing

__all__ = ["RESHAPE"]


def _check(node: Node) -> None:
    node.check_inputs(1, 2)
    x, y = node.int8_input(), node.int8_output()
    node.check_same_quant(x, y)
    if x.size != y.size:
        node.invalid(f"expected {x.size} elements, got {y.size} in shape {y.shape}")


def _lower(lowering: Lowering, node: Node) -> None:
    """The memory plan puts the output where the input is."""


RESHAPE = Operator("RESHAPE", 22, read_nothing, _check, _lower, no_macs, is_alias=True)

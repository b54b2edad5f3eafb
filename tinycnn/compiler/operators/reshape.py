"""RESHAPE, SQUEEZE and EXPAND_DIMS: another shape for the same bytes, so no kernel."""

from __future__ import annotations

from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing

__all__ = ["OPERATORS"]


def _check_reshape(node: Node) -> None:
    _check(node)
    wanted, y = node.optional_input(1), node.output()
    if wanted is None or wanted.data is None or len(wanted.shape) != 1:
        return
    shape = wanted.data.tolist()
    matches = len(shape) == len(y.shape) and all(
        size in (-1, actual) for size, actual in zip(shape, y.shape, strict=True)
    )
    if not matches and not (shape == [0] and not y.shape):
        node.invalid(f"expected an output of shape {shape}, got {y.shape}")


def _check(node: Node) -> None:
    node.check_inputs(1, 2)
    x, y = node.int8_input(), node.int8_output()
    node.check_same_quant(x, y)
    if x.size != y.size:
        node.invalid(f"expected {x.size} elements, got {y.size} in shape {y.shape}")


def _check_unit_axes(node: Node) -> None:
    """Only dimensions of size 1 come or go."""
    _check(node)
    x, y = node.input().shape, node.output().shape
    if [size for size in x if size > 1] != [size for size in y if size > 1]:
        node.invalid(f"expected {x} but for dimensions of size 1, got {y}")


def _lower(lowering: Lowering, node: Node) -> None:
    """The memory plan puts the output where the input is."""


OPERATORS = (
    Operator("RESHAPE", 22, read_nothing, _check_reshape, _lower, is_alias=True),
    Operator("SQUEEZE", 43, read_nothing, _check_unit_axes, _lower, is_alias=True),
    Operator("EXPAND_DIMS", 70, read_nothing, _check_unit_axes, _lower, is_alias=True),
)

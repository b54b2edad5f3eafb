"""A border around an image -> the padding of the windows that read it.

Operators say what borders they add and whether their windows can have one as padding;
a border goes where all that read it can.
"""

from __future__ import annotations

from dataclasses import replace

from tinycnn.compiler.ir.graph import Graph, Op
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.shared.border import Border

__all__ = ["fold_pad"]


def fold_pad(graph: Graph) -> Graph:
    """`graph` without the borders that only such operators read."""
    borders = {
        op.outputs[0]: border
        for op in graph.ops
        if (border := _find_foldable(graph, op)) is not None
    }
    ops = tuple(
        _absorb(graph, op, borders[op.inputs[0]]) if op.inputs[0] in borders else op
        for op in graph.ops
        if op.outputs[0] not in borders
    )
    return replace(graph, ops=ops)


def _find_foldable(graph: Graph, op: Op) -> Border | None:
    border, output = OPERATORS[op.kind].find_border(Node(graph, op)), op.outputs[0]
    if border is None or output in graph.outputs:
        return None
    readers = (reader for reader in graph.ops if output in reader.inputs)
    can_go = all(
        OPERATORS[reader.kind].absorb_border(Node(graph, reader), border)
        for reader in readers
    )
    return border if can_go else None


def _absorb(graph: Graph, op: Op, border: Border) -> Op:
    attrs = OPERATORS[op.kind].absorb_border(Node(graph, op), border)
    assert attrs is not None
    return replace(op, inputs=(border.image.id, *op.inputs[1:]), attrs=attrs)

"""Operators that can be computed row by row: which rows they read, and views of rows.

A view of some rows is a node of its own: the same weights, images of fewer rows, and as
padding what of the windows lies outside the image. So every rule of the operator holds
for it, and every kernel computes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tinycnn.compiler.ir.chain import RowView, RowWindow
from tinycnn.compiler.ir.graph import Attrs, Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.window import Window

__all__ = ["ELEMENT_ROWS", "RowRules", "view_rows", "window_rows"]

_PADDING = "padding"  # what all attributes of windows call it


@dataclass(frozen=True, slots=True)
class RowRules:
    """How an operator is computed row by row.

    Attributes:
        find_window: The rows that a row of the output is computed from; None for what
            needs them all.
        pad: The attributes with so much padding above and below.
    """

    find_window: Callable[[Node], RowWindow | None]
    pad: Callable[[Attrs, int, int], Attrs]


def window_rows(find_window: Callable[[Node], Window]) -> RowRules:
    """The rules of an operator whose window slides over its first input."""

    def find(node: Node) -> RowWindow | None:
        window = find_window(node)
        size = (window.size[0] - 1) * window.dilation[0] + 1
        rows = RowWindow(size, window.stride[0], window.padding[0])
        last = (node.output().shape[1] - 1) * rows.stride - rows.padding
        # Each window has a row of the image.
        is_inside = rows.padding < size and last < node.input().shape[1]
        return rows if is_inside else None

    return RowRules(find, _pad_window)


def _pad_window(attrs: Attrs, top: int, bottom: int) -> Attrs:
    _, left, _, right = getattr(attrs, _PADDING)
    return replace(attrs, **{_PADDING: (top, left, bottom, right)})


def _find_element(node: Node) -> RowWindow | None:
    y = node.output()
    inputs = (node.graph.tensors[i] for i in node.op.inputs)
    is_alike = all(x.data is None and x.shape == y.shape for x in inputs)
    return RowWindow(1, 1, 0) if is_alike and len(y.shape) == 4 else None


# Of an operator that computes each element from those at its place.
ELEMENT_ROWS = RowRules(_find_element, lambda attrs, top, bottom: attrs)


def view_rows(node: Node, rules: RowRules, view: RowView) -> Node:
    """The node that computes some rows of `node`."""
    tensors = list(node.graph.tensors)
    for tensor in node.op.inputs:
        if tensor >= 0 and tensors[tensor].data is None:
            tensors[tensor] = _cut(tensors[tensor], view.input_rows)
    for tensor in node.op.outputs:
        tensors[tensor] = _cut(tensors[tensor], view.output_rows)
    attrs = rules.pad(node.op.attrs, view.pad_top, view.pad_bottom)
    op = replace(node.op, attrs=attrs)
    return Node(replace(node.graph, tensors=tuple(tensors), ops=(op,)), op)


def _cut(tensor: Tensor, rows: int) -> Tensor:
    batch, _, *rest = tensor.shape
    return replace(tensor, shape=(batch, rows, *rest))

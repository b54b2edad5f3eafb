"""The geometry of a network, as lectures teach it: output sizes and receptive fields.

A window of k pixels that moves by s over n pixels and p of padding gives
(n + p - k) / s + 1 pixels, rounded down. What a pixel sees grows by (k - 1) times the
distance that its window's pixels have in the image; that distance grows s-fold.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.shared.window import Extent

__all__ = ["Field", "Geometry", "trace_fields", "trace_geometry"]


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where one operator's output comes from.

    Attributes:
        formula: How rows, then columns follow from the input's, in numbers; empty for
            what is no window.
        receptive_field: Rows and columns of the image that one value depends on; it can
            reach beyond the image.
    """

    formula: str
    receptive_field: Extent


@dataclass(frozen=True, slots=True)
class Field:
    """What a value sees along one side of the image.

    Attributes:
        size: So many pixels.
        distance: From what its neighbour sees.
        start: Where that of the first value begins; before the image if negative.
    """

    size: int = 1
    distance: int = 1
    start: int = 0


@dataclass(frozen=True, slots=True)
class _Window:
    """A window along one side."""

    pixels: int
    padding: int
    kernel: int
    stride: int
    before: int = 0


def trace_geometry(graph: Graph) -> tuple[Geometry, ...]:
    """The geometry of every operator of `graph`, in execution order."""
    fields = trace_fields(graph)
    found = []
    for op in graph.ops:
        rows, columns = fields[op.outputs[0]]
        formula = _formula(_windows(Node(graph, op)))
        found.append(Geometry(formula, (rows.size, columns.size)))
    return tuple(found)


def trace_fields(graph: Graph) -> dict[int, tuple[Field, Field]]:
    """What the values of each activation see, along rows and columns, by tensor id."""
    fields = dict.fromkeys(graph.inputs, (Field(), Field()))
    for op in graph.ops:
        node = Node(graph, op)
        seen = _windows(node) or _whole_image(node)
        sources = [fields[i] for i in op.inputs if i in fields]
        field = tuple(_union([source[side] for source in sources]) for side in (0, 1))
        rows, columns = (_widened(f, w) for f, w in zip(field, seen, strict=False))
        fields |= dict.fromkeys(op.outputs, (rows, columns))
    return fields


def _windows(node: Node) -> tuple[_Window, ...]:
    """The windows of a convolution or pool along rows and columns; else nothing."""
    window = OPERATORS[node.op.kind].find_window(node)
    if window is None:
        return ()
    reach = [(k - 1) * d + 1 for k, d in zip(window.size, window.dilation, strict=True)]
    top, left, bottom, right = window.padding
    padding = (top + bottom, left + right)
    before = (top, left)
    shape, stride = node.input().shape[1:3], window.stride
    sides = zip(shape, padding, reach, stride, before, strict=True)
    return tuple(_Window(*side) for side in sides)


def _whole_image(node: Node) -> tuple[_Window, ...]:
    """One window over all pixels if the operator leaves no others; else a pixel's."""
    shape, output = node.input().shape, node.output().shape
    is_whole = len(shape) == 4 and (len(output) < 4 or output[1:3] == (1, 1))
    sides = shape[1:3] if is_whole else (1, 1)
    return tuple(_Window(n, 0, n, 1) for n in sides)


def _union(fields: list[Field]) -> Field:
    """What values see that are computed of several."""
    if not fields:
        return Field()
    start = min(field.start for field in fields)
    end = max(field.start + field.size for field in fields)
    return Field(end - start, max(field.distance for field in fields), start)


def _widened(field: Field, window: _Window) -> Field:
    size = field.size + (window.kernel - 1) * field.distance
    start = field.start - window.before * field.distance
    return Field(size, field.distance * window.stride, start)


def _formula(windows: tuple[_Window, ...]) -> str:
    """Both sides' sums, or one where they are the same.

    >>> _formula((_Window(32, 4, 5, 1), _Window(32, 4, 5, 1)))
    '(32+4-5)/1+1'
    """
    texts = [f"({w.pixels}+{w.padding}-{w.kernel})/{w.stride}+1" for w in windows]
    return " x ".join(dict.fromkeys(texts))

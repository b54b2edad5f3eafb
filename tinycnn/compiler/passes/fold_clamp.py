"""Operators that only limit their input -> the clamp of the operator before them.

Exact where scale and zero point stay the same: such an operator only limits its input,
and the kernels that have a clamp limit their output last.
"""

from __future__ import annotations

from dataclasses import replace

from tinycnn.compiler.ir.graph import Attrs, Clamp, ClampedAttrs, Graph, Op
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS

__all__ = ["fold_clamp"]


def fold_clamp(graph: Graph) -> Graph:
    """`graph` without the limits that the operator before them can apply."""
    ops = list[Op]()
    for op in graph.ops:
        limits = OPERATORS[op.kind].find_limits(Node(graph, op))
        place = _find_source(graph, ops, op)
        if limits is None or place is None:
            ops.append(op)
            continue
        source = ops[place]
        attrs = _limit(source.attrs, limits)
        ops[place] = replace(source, outputs=op.outputs, attrs=attrs)
    return replace(graph, ops=tuple(ops))


def _find_source(graph: Graph, ops: list[Op], op: Op) -> int | None:
    """The place in `ops` of the operator that can apply the limits of `op`."""
    inputs = [i for i in op.inputs if graph.tensors[i].data is None]
    if len(inputs) != 1 or inputs[0] in graph.outputs:
        return None
    x, y = graph.tensors[inputs[0]], graph.tensors[op.outputs[0]]
    is_alone = sum(reader.inputs.count(x.id) for reader in graph.ops) == 1
    if not is_alone or x.quant != y.quant or x.shape != y.shape:
        return None
    places = (i for i, source in enumerate(ops) if source.outputs == (x.id,))
    place = next(places, None)
    has_clamp = place is not None and isinstance(ops[place].attrs, ClampedAttrs)
    return place if has_clamp else None


def _limit(attrs: Attrs, limits: Clamp) -> Attrs:
    assert isinstance(attrs, ClampedAttrs)
    low, high = (min(max(bound, limits[0]), limits[1]) for bound in attrs.clamp)
    return replace(attrs, clamp=(low, high))

"""RELU and its kin, MAXIMUM, MINIMUM with a constant -> the clamp of what they read.

Exact where scale and zero point stay the same: such an operator only limits its input,
and the kernels that have a clamp limit their output last.
"""

from __future__ import annotations

from dataclasses import replace

from tinycnn.compiler.ir.graph import Attrs, Clamp, ClampedAttrs, Graph, Op
from tinycnn.compiler.ir.node import Node

__all__ = ["fold_clamp"]


def fold_clamp(graph: Graph) -> Graph:
    """`graph` without the limits that the operator before them can apply."""
    ops = list[Op]()
    for op in graph.ops:
        limits, place = _find_limits(Node(graph, op)), _find_source(graph, ops, op)
        if limits is None or place is None:
            ops.append(op)
            continue
        source = ops[place]
        attrs = _limit(source.attrs, limits)
        ops[place] = replace(source, outputs=op.outputs, attrs=attrs)
    return replace(graph, ops=tuple(ops))


def _find_limits(node: Node) -> Clamp | None:
    """The range of an operator that does nothing but limit; None for the others."""
    if node.op.kind.startswith("RELU"):
        return node.attrs(ClampedAttrs).clamp
    if node.op.kind not in ("MAXIMUM", "MINIMUM"):
        return None
    constants = [t.data for t in (node.input(0), node.input(1)) if t.data is not None]
    if len(constants) != 1 or constants[0].size != 1:
        return None
    value = int(constants[0].reshape(-1)[0])
    return (value, 127) if node.op.kind == "MAXIMUM" else (-128, value)


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

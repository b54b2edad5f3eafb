"""Operators whose output is their input, byte for byte -> gone.

A PAD of nothing, a window of one pixel, a QUANTIZE to the same scale, a RELU that
limits nothing. One that makes an output of the graph stays.
"""

from __future__ import annotations

from dataclasses import replace

from tinycnn.compiler.ir.graph import Attrs, Graph, Op
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.pad import PadAttrs, PadV2Attrs
from tinycnn.compiler.operators.pool import PoolAttrs
from tinycnn.compiler.operators.unary import ReluAttrs

__all__ = ["remove_identities"]

_ALL_INT8 = (-128, 127)


def remove_identities(graph: Graph) -> Graph:
    """`graph` without them; their readers read what they read."""
    sources: dict[int, int] = {}
    ops = list[Op]()
    for op in graph.ops:
        op = replace(op, inputs=tuple(sources.get(i, i) for i in op.inputs))
        if _is_identity(Node(graph, op)) and op.outputs[0] not in graph.outputs:
            sources[op.outputs[0]] = op.inputs[0]
        else:
            ops.append(op)
    return replace(graph, ops=tuple(ops))


def _is_identity(node: Node) -> bool:
    x, y = node.input(), node.output()
    if (x.dtype, x.shape, x.quant) != (y.dtype, y.shape, y.quant):
        return False
    return node.op.kind == "QUANTIZE" or _does_nothing(node.op.attrs)


def _does_nothing(attrs: Attrs) -> bool:
    """Where shape and quantization stay the same."""
    if isinstance(attrs, PoolAttrs):
        window = (attrs.window, attrs.stride, attrs.clamp)
        return window == ((1, 1), (1, 1), _ALL_INT8)
    if isinstance(attrs, ReluAttrs):
        return attrs.clamp == _ALL_INT8
    return isinstance(attrs, PadAttrs | PadV2Attrs)

"""A convolution in as many groups as input channels -> DEPTHWISE_CONV_2D.

Exporters that know no other depthwise convolution write it so. Both round alike.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinycnn.compiler.ir.graph import Graph, Op

__all__ = ["rewrite_groups"]


def rewrite_groups(graph: Graph, op: Op) -> Graph:
    """`graph` with a convolution as depthwise, if filters see one channel of many."""
    x, w = (graph.tensors[i] for i in op.inputs[:2])
    is_depthwise = (
        w.data is not None
        and w.quant is not None
        and w.quant.axis in (None, 0)
        and w.shape[3] == 1 < x.shape[-1]
        and w.shape[0] % x.shape[-1] == 0
    )
    if not is_depthwise:
        return graph
    assert w.data is not None
    assert w.quant is not None
    data = np.ascontiguousarray(np.moveaxis(w.data, 0, 3).reshape(1, *w.shape[1:3], -1))
    data.flags.writeable = False
    quant = w.quant if w.quant.axis is None else replace(w.quant, axis=3)
    weights = replace(
        w, id=len(graph.tensors), shape=data.shape, data=data, quant=quant
    )
    changed = replace(
        op, kind="DEPTHWISE_CONV_2D", inputs=(x.id, weights.id, *op.inputs[2:])
    )
    ops = tuple(changed if each is op else each for each in graph.ops)
    return replace(graph, tensors=(*graph.tensors, weights), ops=ops)

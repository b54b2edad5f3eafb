"""Channels that carry no information -> gone, with the filters that compute them.

A filter whose weights are all zero gives a constant; what it adds to the sums of the
operators that read it moves into their biases. Exact: every accumulator keeps its
value, and the removed terms were part of the sums that `verify` proved to fit 32 bits.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinycnn.compiler.ir.graph import Graph, Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.shared.channels import Mask, Shrinking
from tinycnn.compiler.passes.constant_channels import find_constant_channels
from tinycnn.compiler.passes.removable_channels import find_removable_channels

__all__ = ["remove_dead_channels"]


def remove_dead_channels(graph: Graph) -> Graph:
    """`graph` without the channels that no output depends on."""
    known = find_constant_channels(graph)
    masks = find_removable_channels(graph, known)
    tensors = [
        _without_channels(t, masks[t.id]) if t.id in masks else t for t in graph.tensors
    ]
    shrinking, ops = Shrinking(tensors, known, masks), []
    for op in graph.ops:
        if any(masks[t].any() for t in (*op.inputs, *op.outputs) if t in masks):
            op = OPERATORS[op.kind].channels.shrink(Node(graph, op), shrinking)
        ops.append(op)
    return replace(graph, tensors=tuple(tensors), ops=tuple(ops))


def _without_channels(tensor: Tensor, go: Mask) -> Tensor:
    if not go.any():
        return tensor
    return replace(tensor, shape=(*tensor.shape[:-1], int(np.sum(~go))))

"""Which channels of which activations hold one value whatever the input.

In: a graph. Out: for each activation its channels (last axis), the value of those that
are constant and NaN for the others, as its operators say.
"""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.shared.channels import ChannelValues

__all__ = ["find_constant_channels"]


def find_constant_channels(graph: Graph) -> dict[int, ChannelValues]:
    """The channels of every activation by tensor id; NaN where not constant."""
    written = (tensor for op in graph.ops for tensor in op.outputs)
    known = {t: _unknown(graph.tensors[t].shape) for t in (*graph.inputs, *written)}
    for op in graph.ops:
        node = Node(graph, op)
        if node.output().dtype == "int8":
            rules = OPERATORS[op.kind].channels
            known[op.outputs[0]] = rules.find_constant(node, known)
    return known


def _unknown(shape: tuple[int, ...]) -> ChannelValues:
    return np.full(shape[-1] if shape else 1, np.nan)

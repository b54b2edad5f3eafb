"""Which channels of which activations can go without changing any output.

In: a graph and its constant channels. Out: for each activation a mask of its channels
(last axis). A channel can go if every reader does without it, as operators say. Found
as the largest set that no operator contradicts; every activation keeps at least one.
"""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.shared.channels import Known, Masks

__all__ = ["find_removable_channels"]


def find_removable_channels(graph: Graph, known: Known) -> Masks:
    """The channels of every activation that can go, by tensor id.

    Args:
        graph: A verified graph.
        known: Its constant channels, as `find_constant_channels` gives them.
    """
    masks = {t: np.ones(len(channels), np.bool_) for t, channels in known.items()}
    for tensor in (*graph.inputs, *graph.outputs):
        masks[tensor][:] = False
    needs = [
        OPERATORS[op.kind].channels.find_needs(Node(graph, op), known)
        for op in graph.ops
    ]
    while True:
        before = [mask.copy() for mask in masks.values()]
        for narrow in (*reversed(needs), *needs):  # both ways to be done soon
            narrow(masks)
        for mask in masks.values():
            mask[0] &= not mask.all()
        if all(map(np.array_equal, before, masks.values())):
            return masks

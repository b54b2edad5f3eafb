"""Operators that only stand for others -> what they mean.

Run on import: what they are in a file need not be anything that kernels compute.
"""

from __future__ import annotations

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.operators import OPERATORS

__all__ = ["rewrite_operators"]


def rewrite_operators(graph: Graph) -> Graph:
    """`graph` after each operator's own rewriting."""
    for op in graph.ops:
        rewrite = OPERATORS[op.kind].rewrite
        if rewrite is not None:
            graph = rewrite(graph, op)
    return graph

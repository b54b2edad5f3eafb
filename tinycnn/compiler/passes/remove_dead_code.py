"""Operators whose outputs nobody reads -> gone."""

from __future__ import annotations

from dataclasses import replace

from tinycnn.compiler.ir.graph import Graph, Op

__all__ = ["remove_dead_code"]


def remove_dead_code(graph: Graph) -> Graph:
    """`graph` without the operators that no output depends on."""
    needed, ops = set(graph.outputs), list[Op]()
    for op in reversed(graph.ops):
        if needed & set(op.outputs):
            needed |= set(op.inputs)
            ops.append(op)
    return replace(graph, ops=tuple(reversed(ops)))

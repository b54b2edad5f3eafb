"""Moves of tensors within the arena, where they make it smaller.

In a chain of operators that each write over their input, every output lies some bytes
below its input, so the chain wanders down and the arena must hold its whole way. A MOVE
(a `memmove`, of little cost beside an operator that reads each byte many times) ends
the way and starts another. Where the arena exceeds what its most demanding operator
needs, moves are put everywhere, and then all those taken out that matter little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tinycnn.compiler.ir.graph import Graph, Op
from tinycnn.compiler.memory.planner import draft_plan
from tinycnn.compiler.operators import MOVE

__all__ = ["insert_moves", "remove_moves"]

Move = tuple[int, int]  # before this step, this tensor

LEAST_GAIN = 0.01  # of the arena: smaller gains are not worth a move
MAX_OPERATORS = 64  # larger graphs keep their plan: the search takes too long


def insert_moves(graph: Graph) -> Graph:
    """`graph` with the moves that make its arena smaller; mostly there are none."""
    if len(graph.ops) > MAX_OPERATORS:
        return graph
    plan = draft_plan(graph)
    allowed = plan.arena_bytes * (1 - LEAST_GAIN)
    if not plan.is_optimal or plan.peak_bytes > allowed:
        return graph
    moves = list(_list_moves(graph, plan.arena_bytes // 4))
    smallest = draft_plan(_with_moves(graph, moves)).arena_bytes
    if smallest > allowed:
        return graph
    enough = int(smallest * (1 + LEAST_GAIN))
    choices = (_thin_out(graph, order, enough) for order in (moves, moves[::-1]))
    return _with_moves(graph, min(choices, key=len))


def _thin_out(graph: Graph, moves: list[Move], enough: int) -> list[Move]:
    """The moves that remain when all are left out in turn that can be."""
    for move in moves:
        fewer = [other for other in moves if other != move]
        if draft_plan(_with_moves(graph, fewer)).arena_bytes <= enough:
            moves = fewer
    return moves


def _list_moves(graph: Graph, least_bytes: int) -> Iterator[Move]:
    """Where a move may help: before an operator, the large int8 tensor that it reads.

    Tensors are moved for their last reader only.
    """
    last_reads = {t: step for step, op in enumerate(graph.ops) for t in op.inputs}
    for step, op in enumerate(graph.ops):
        for tensor in sorted({t for t in op.inputs if t >= 0} - set(graph.outputs)):
            x = graph.tensors[tensor]
            is_large = x.data is None and x.bytes >= least_bytes
            if is_large and x.dtype == "int8" and last_reads[tensor] == step:
                yield step, tensor


def _with_moves(graph: Graph, moves: list[Move]) -> Graph:
    """`graph` with a MOVE of a tensor before each of some steps."""
    tensors, ops = list(graph.tensors), []
    for step, op in enumerate(graph.ops):
        for _, source in (move for move in moves if move[0] == step):
            moved = replace(graph.tensors[source], id=len(tensors))
            tensors.append(moved)
            ops.append(Op(op.index, MOVE, (source,), (moved.id,)))
            inputs = tuple(moved.id if t == source else t for t in op.inputs)
            op = replace(op, inputs=inputs)
        ops.append(op)
    return replace(graph, tensors=tuple(tensors), ops=tuple(ops))


def remove_moves(graph: Graph) -> Graph:
    """`graph` without the moves that were put into it."""
    sources: dict[int, int] = {}
    ops = []
    for op in graph.ops:
        inputs = tuple(sources.get(t, t) for t in op.inputs)
        if op.kind == MOVE:
            sources[op.outputs[0]] = inputs[0]
        else:
            ops.append(replace(op, inputs=inputs))
    return replace(graph, ops=tuple(ops))

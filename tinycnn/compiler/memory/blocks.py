"""Graph -> what is to be placed: storages, and how near any two may come.

A storage is the memory of a tensor and of its aliases, named by the tensor that owns
it; the scratch of a kernel is one too. Two storages that are live at one step lie
apart, unless one is an input's that dies where the other, an output's, is born: then
the kernel's access order decides.
"""

from __future__ import annotations

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.memory.overlap import Clearance, find_clearance
from tinycnn.compiler.memory.placement import Constraint
from tinycnn.compiler.memory.plan import Lifetime
from tinycnn.compiler.operators import OPERATORS

__all__ = [
    "Clearances",
    "find_clearances",
    "find_constraints",
    "find_lifetimes",
    "find_roots",
]

Clearances = dict[tuple[int, int], Clearance]  # by storage of input and of output


def find_roots(graph: Graph) -> dict[int, int]:
    """The storage of each activation: its own, or that of the tensor it aliases.

    Inputs that arrive row by row have none.
    """
    roots = {t: t for t in graph.inputs if t not in graph.arriving}
    for op in graph.ops:
        roots.update({output: output for output in op.writes})
        if OPERATORS[op.kind].is_alias and op.inputs[0] in roots:
            roots[op.outputs[0]] = roots[op.inputs[0]]
    return roots


def find_lifetimes(graph: Graph, roots: dict[int, int]) -> dict[int, Lifetime]:
    """When each storage is needed."""
    first = {roots[t]: 0 for t in graph.inputs if t in roots}
    last = dict(first)
    for step, op in enumerate(graph.ops):
        for tensor in (*op.inputs, *op.writes):
            if tensor in roots:
                first.setdefault(roots[tensor], step)
                last[roots[tensor]] = step
    for tensor in graph.outputs:
        last[roots[tensor]] = len(graph.ops) - 1
    return {t: Lifetime(first[t], last[t]) for t in first}


def find_clearances(graph: Graph, roots: dict[int, int]) -> Clearances:
    """How near an operator's output may come to an input that it is the last to read.

    The graph's outputs are never overwritten, so they are not among the inputs.
    """
    kept = {roots[t] for t in graph.outputs}
    found: Clearances = {}
    for op in graph.ops:
        if OPERATORS[op.kind].is_alias:
            continue
        for number, tensor in enumerate(op.inputs):
            source = roots.get(tensor)
            if source is None or source in kept:
                continue
            for output_number, output in enumerate(op.outputs):
                clearance = find_clearance(Node(graph, op), number, output_number)
                old = found.get((source, output), clearance)
                found[source, output] = clearance.widen(old)
    return found


def find_constraints(
    sizes: dict[int, int], lifetimes: dict[int, Lifetime], clearances: Clearances
) -> list[Constraint]:
    """The conditions on the offsets of any two storages that are live together."""
    constraints: list[Constraint] = []
    live: list[int] = []
    for tensor in sorted(lifetimes, key=lambda t: (lifetimes[t].first_time_used, t)):
        now = lifetimes[tensor].first_time_used
        live = [t for t in live if lifetimes[t].last_time_used >= now]
        constraints += [
            _constrain(a, tensor, sizes, lifetimes, clearances) for a in live
        ]
        live.append(tensor)
    return constraints


def _constrain(
    a: int,
    b: int,
    sizes: dict[int, int],
    lifetimes: dict[int, Lifetime],
    clearances: Clearances,
) -> Constraint:
    for source, output in ((a, b), (b, a)):
        meet = lifetimes[source].last_time_used == lifetimes[output].first_time_used
        if meet and (source, output) in clearances:
            clearance = clearances[source, output]
            return Constraint(source, output, up=clearance.above, down=clearance.below)
    return Constraint(a, b, up=sizes[a], down=sizes[b])

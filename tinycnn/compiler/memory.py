"""Graph -> `MemoryPlan`: a place in one arena for every activation.

Two tensors share bytes only if their lifetimes do not overlap, or if one is an alias of
the other (RESHAPE). Tensors are placed largest first, each at the lowest free offset
(the greedy planner of TFLite Micro); lifetimes are counted in operators.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.graph import Graph
from tinycnn.compiler.operators import OPERATORS

__all__ = ["Lifetime", "MemoryPlan", "plan_memory"]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Steps (positions in `graph.ops`) at which a tensor must be in memory.

    The graph's input is live from step 0, its output until the last step.
    """

    first_time_used: int
    last_time_used: int

    def overlaps(self, other: Lifetime) -> bool:
        """Whether both are in memory at some step.

        >>> Lifetime(0, 1).overlaps(Lifetime(1, 2))
        True
        """
        return (
            self.first_time_used <= other.last_time_used
            and other.first_time_used <= self.last_time_used
        )


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """Where each activation lies.

    Attributes:
        arena_bytes: Size of the arena.
        lower_bound_bytes: The most bytes live at any one step; no plan is smaller.
        offsets: Byte offset by tensor id.
        lifetimes: By tensor id.
    """

    arena_bytes: int
    lower_bound_bytes: int
    offsets: dict[int, int]
    lifetimes: dict[int, Lifetime]


def plan_memory(graph: Graph, *, alignment: int = 4) -> MemoryPlan:
    """Place every activation of `graph` in one arena, largest first.

    Args:
        graph: A verified graph.
        alignment: Offsets are multiples of this many bytes.
    """
    roots = _find_roots(graph)
    lifetimes = _find_lifetimes(graph, roots)
    sizes = {t: _align(graph.tensors[t].bytes, alignment) for t in lifetimes}
    offsets: dict[int, int] = {}
    for tensor in sorted(lifetimes, key=lambda t: (-sizes[t], t)):
        offset = 0
        for other in sorted(offsets, key=offsets.__getitem__):
            if not lifetimes[tensor].overlaps(lifetimes[other]):
                continue
            if offset + sizes[tensor] <= offsets[other]:
                break
            offset = max(offset, offsets[other] + sizes[other])
        offsets[tensor] = offset
    live = (
        sum(sizes[t] for t in sizes if lifetimes[t].overlaps(Lifetime(step, step)))
        for step in range(len(graph.ops))
    )
    return MemoryPlan(
        arena_bytes=max(offsets[t] + sizes[t] for t in offsets),
        lower_bound_bytes=max(live),
        offsets={t: offsets[root] for t, root in roots.items()},
        lifetimes={t: lifetimes[root] for t, root in roots.items()},
    )


def _find_roots(graph: Graph) -> dict[int, int]:
    """Each activation's storage: itself, or the input of the alias that makes it."""
    roots = {t: t for t in graph.inputs}
    for op in graph.ops:
        source = op.inputs[0] if OPERATORS[op.kind].is_alias else op.outputs[0]
        roots.update({output: output for output in op.outputs[1:]})
        roots[op.outputs[0]] = roots.get(source, source)
    return roots


def _find_lifetimes(graph: Graph, roots: dict[int, int]) -> dict[int, Lifetime]:
    first = {roots[t]: 0 for t in graph.inputs}
    last = dict(first)
    for step, op in enumerate(graph.ops):
        for tensor in (*op.inputs, *op.outputs):
            if tensor in roots:
                first.setdefault(roots[tensor], step)
                last[roots[tensor]] = step
    for tensor in graph.outputs:
        last[roots[tensor]] = len(graph.ops) - 1
    return {t: Lifetime(first[t], last[t]) for t in first}


def _align(size: int, alignment: int) -> int:
    return -(-size // alignment) * alignment

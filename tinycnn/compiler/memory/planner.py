"""Graph -> `MemoryPlan`: a place in one arena for every activation.

Offsets are solved to optimality where the search is small enough, which it is for
networks of some sixty tensors; elsewhere the plan states a proven lower bound. Every
plan is proven by `check_plan` before it is returned.
"""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.memory.blocks import (
    find_clearances,
    find_constraints,
    find_lifetimes,
    find_roots,
)
from tinycnn.compiler.memory.bound import count_step_bytes
from tinycnn.compiler.memory.check import check_plan
from tinycnn.compiler.memory.placement import place
from tinycnn.compiler.memory.plan import Lifetime, MemoryPlan

__all__ = ["count_bytes", "draft_plan", "least_arena", "plan_memory"]


def plan_memory(graph: Graph, *, alignment: int = 4) -> MemoryPlan:
    """Place every activation of `graph`, in its order of operators, in one arena.

    Args:
        graph: A verified graph.
        alignment: Offsets are multiples of this many bytes, and of a value's.

    Raises:
        MemoryPlanError: If the plan would let an operator read what is overwritten.
    """
    plan = draft_plan(graph, alignment=alignment)
    check_plan(graph, plan)
    return plan


def draft_plan(graph: Graph, *, alignment: int = 4) -> MemoryPlan:
    """The same plan, not yet proven."""
    roots = find_roots(graph)
    lifetimes = find_lifetimes(graph, roots)
    clearances = find_clearances(graph, roots)
    sizes = {t: graph.tensors[t].bytes for t in lifetimes}
    widths = (np.dtype(graph.tensors[t].dtype).itemsize for t in lifetimes)
    steps = count_step_bytes(graph, sizes, lifetimes, clearances)
    placement = place(
        sizes,
        find_constraints(sizes, lifetimes, clearances),
        _list_orders(sizes, lifetimes),
        lower_bound=max(steps),
        alignment=max(alignment, *widths),
    )
    return MemoryPlan(
        arena_bytes=placement.bytes,
        lower_bound_bytes=placement.lower_bound,
        offsets={t: placement.offsets[root] for t, root in roots.items()},
        lifetimes={t: lifetimes[root] for t, root in roots.items()},
        peak_step=steps.index(max(steps)),
        peak_bytes=max(steps),
    )


def least_arena(graph: Graph) -> int:
    """Bytes that no plan can do without: the most that are in use in one step."""
    return max(count_bytes(graph))


def count_bytes(graph: Graph) -> list[int]:
    """Bytes that no plan can do without, at each step."""
    roots = find_roots(graph)
    lifetimes = find_lifetimes(graph, roots)
    sizes = {t: graph.tensors[t].bytes for t in lifetimes}
    return count_step_bytes(graph, sizes, lifetimes, find_clearances(graph, roots))


def _list_orders(
    sizes: dict[int, int], lifetimes: dict[int, Lifetime]
) -> list[list[int]]:
    """Orders for the greedy answer: by size, by time, and against time.

    Against time suits chains: each input then lies just above the output that may
    reach into it.
    """
    by_size = sorted(sizes, key=lambda t: (-sizes[t], t))
    by_birth = sorted(sizes, key=lambda t: (lifetimes[t].first_time_used, t))
    by_death = sorted(sizes, key=lambda t: (lifetimes[t].last_time_used, t))
    return [by_size, by_birth, by_birth[::-1], by_death[::-1]]

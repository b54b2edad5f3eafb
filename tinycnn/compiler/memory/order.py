"""The order of operators that needs the least memory.

Any order in which each operator comes after those that write its inputs computes the
same. Which one is best is a path problem: a state is the set of operators that have run
(it decides what is live), a step runs one more, and a path costs what its most
expensive step does. The cheapest path is found best-first, exactly; where the graph
branches so much that this takes too long, the order stays as it is.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.memory.blocks import Clearances, find_clearances, find_roots
from tinycnn.compiler.memory.bound import least_bytes
from tinycnn.compiler.operators import OPERATORS

__all__ = ["order_operators"]

MAX_WORK = 500_000  # steps tried, times operators


def order_operators(graph: Graph) -> Graph:
    """`graph` in the order of least peak; its own order wherever that is as good."""
    search = _prepare(graph)
    own_order = range(len(graph.ops))
    order = _find_order(search)
    if order is None or search.peak(order) >= search.peak(own_order):
        return graph
    return replace(graph, ops=tuple(graph.ops[number] for number in order))


@dataclass(frozen=True, slots=True)
class _Dependencies:
    """The graph as bit sets: bit n of a set stands for the operator at position n.

    Attributes:
        sizes: Bytes of each storage.
        clearances: How near outputs may come to inputs.
        writers: The operator that writes each storage; none for the graph's inputs.
        readers: The operators that read each storage or an alias of it.
        kept: Storages of the graph's outputs.
        needs: For each operator those that must run before it.
    """

    sizes: dict[int, int]
    clearances: Clearances
    writers: dict[int, int]
    readers: dict[int, int]
    kept: frozenset[int]
    needs: tuple[int, ...]

    def peak(self, order: Iterable[int]) -> int:
        """The most bytes that a step of `order` needs."""
        ran, peak = 0, 0
        for number in order:
            peak = max(peak, self.cost(ran, number))
            ran |= 1 << number
        return peak

    def cost(self, ran: int, number: int) -> int:
        """The least bytes while an operator runs, after those of the set `ran`."""
        bit = 1 << number
        born = [t for t, writer in self.writers.items() if writer == bit]
        dying, passing = [], 0
        for tensor, readers in self.readers.items():
            writer = self.writers[tensor]
            is_kept = tensor in self.kept
            if (writer and not writer & ran) or not (readers & ~ran or is_kept):
                continue
            if is_kept or readers & ~(ran | bit):
                passing += self.sizes[tensor]
            else:
                dying.append(tensor)
        return passing + least_bytes(dying, born, self.sizes, self.clearances)


def _prepare(graph: Graph) -> _Dependencies:
    roots = find_roots(graph)
    writers = {roots[t]: 0 for t in graph.inputs}
    made_by: dict[int, int] = {}
    needs = []
    for number, op in enumerate(graph.ops):
        needs.append(0)
        for tensor in op.inputs:
            needs[number] |= made_by.get(tensor, 0)
        for tensor in op.outputs:
            made_by[tensor] = 1 << number
            if not (OPERATORS[op.kind].is_alias and roots[tensor] in writers):
                writers[roots[tensor]] = 1 << number
    readers = dict.fromkeys(writers, 0)
    for number, op in enumerate(graph.ops):
        for tensor in op.inputs:
            if tensor in roots:
                readers[roots[tensor]] |= 1 << number
    return _Dependencies(
        sizes={t: graph.tensors[t].bytes for t in writers},
        clearances=find_clearances(graph, roots),
        writers=writers,
        readers=readers,
        kept=frozenset(roots[t] for t in graph.outputs),
        needs=tuple(needs),
    )


def _find_order(graph: _Dependencies) -> list[int] | None:
    """The order of least peak, or None where finding it takes too long."""
    count = len(graph.needs)
    every, budget = (1 << count) - 1, MAX_WORK
    came_from: dict[int, tuple[int, int]] = {}
    queue = [(0, 0, 0, 0, 0)]  # peak, minus operators run, their set, set before, last
    while queue and budget > 0:
        peak, _, ran, before, last = heapq.heappop(queue)
        if ran in came_from:
            continue
        came_from[ran] = before, last
        if ran == every:
            return _trace(came_from, ran)
        for number, needs in enumerate(graph.needs):
            after = ran | 1 << number
            if after == ran or needs & ~ran or after in came_from:
                continue
            budget -= count
            cost = max(peak, graph.cost(ran, number))
            heapq.heappush(queue, (cost, -after.bit_count(), after, ran, number))
    return None


def _trace(came_from: dict[int, tuple[int, int]], ran: int) -> list[int]:
    order = []
    while ran:
        ran, last = came_from[ran]
        order.append(last)
    return order[::-1]

"""The order of operators, against trying all of them."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from tests.compiler.memory.graphs import GraphBuilder, draw_graph
from tinycnn.compiler import Graph, Op, plan_memory
from tinycnn.compiler.memory import order, order_operators


def branches() -> Graph:
    """Two branches, each wide in the middle; in the file both are wide together."""
    b = GraphBuilder((1, 8, 8, 1))
    left, right = b.conv(0, 8), b.conv(0, 8)
    return b.build(b.add(b.conv(left, 1), b.conv(right, 1)))


def is_valid(graph: Graph, ops: Sequence[Op]) -> bool:
    """Whether each operator comes after those that write its inputs."""
    ready = {t.id for t in graph.tensors if t.data is not None} | set(graph.inputs)
    for op in ops:
        if not ready >= set(op.inputs):
            return False
        ready |= set(op.outputs)
    return True


def test_branches_run_one_after_the_other() -> None:
    """A branch is made narrow before the other one becomes wide."""
    graph = branches()
    ordered = order_operators(graph)

    assert [op.index for op in ordered.ops] == [0, 2, 1, 3, 4]
    assert plan_memory(ordered).arena_bytes < plan_memory(graph).arena_bytes


def test_good_order_is_kept() -> None:
    """A chain, and a graph whose order is as good as any, come back as they are."""
    b = GraphBuilder((1, 8, 8, 1))
    chain = b.build(b.conv(b.conv(0, 4), 2))
    ordered = order_operators(branches())

    assert order_operators(chain) is chain
    assert order_operators(ordered) is ordered


@pytest.mark.parametrize("seed", range(12))
def test_no_order_has_a_lower_peak(seed: int) -> None:
    """Of all orders of a small graph none has a lower bound on its arena."""
    graph = draw_graph(seed, operators=5)
    ordered = order_operators(graph)
    bounds = [
        plan_memory(replace(graph, ops=ops)).lower_bound_bytes
        for ops in permutations(graph.ops)
        if is_valid(graph, ops)
    ]

    assert is_valid(graph, ordered.ops)
    assert plan_memory(ordered).lower_bound_bytes <= plan_memory(graph).arena_bytes
    assert min(bounds) <= plan_memory(ordered).lower_bound_bytes


def test_graph_that_branches_too_much_keeps_its_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without time to search, the file's order stands."""
    monkeypatch.setattr(order, "MAX_WORK", 1)
    graph = branches()

    assert order_operators(graph) is graph

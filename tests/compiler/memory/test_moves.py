"""Moves make the arena of a long chain smaller and change no output."""

import numpy as np
import pytest

from tests.compiler.executor import Executor
from tests.compiler.memory.graphs import GraphBuilder, draw_graph
from tests.compiler.models import add_conv
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import Graph, lower_graph, plan_memory, read_tflite, run_passes
from tinycnn.compiler.memory import check_plan, insert_moves
from tinycnn.compiler.passes.verify import verify


def chain(length: int) -> Graph:
    """Convolutions of one shape; each output lies a row and a pixel lower."""
    b, x = GraphBuilder((1, 12, 4, 8)), 0
    for _ in range(length):
        x = b.depthwise(x)
    return b.build(x)


def count_moves(graph: Graph) -> int:
    """How many there are."""
    return sum(op.kind == "MOVE" for op in graph.ops)


def test_chain_needs_no_more_than_its_widest_step() -> None:
    """Without moves each operator adds its distance, with them only one does."""
    graph, size, distance = chain(6), 12 * 4 * 8, (4 + 1) * 8
    moved = insert_moves(graph)

    assert plan_memory(graph).arena_bytes == size + 6 * distance
    assert plan_memory(moved).arena_bytes == size + distance
    assert count_moves(moved) == 5


def test_moves_that_matter_little_are_left_out() -> None:
    """Near the bound already, the graph comes back as it is."""
    graph = chain(1)

    assert insert_moves(graph) is graph


def test_outputs_and_large_graphs_are_left_alone() -> None:
    """The graph's outputs are where the plan says, and the search stays short."""
    b = GraphBuilder((1, 12, 4, 8))
    first = b.depthwise(0)
    graph = b.build(first, b.depthwise(first))
    long = chain(65)

    assert insert_moves(graph) is graph
    assert insert_moves(long) is long


@pytest.mark.parametrize("seed", range(10))
def test_moved_graphs_are_valid(seed: int) -> None:
    """Plans of random graphs with moves stand up to the simulation."""
    graph = draw_graph(seed, operators=14)
    moved = insert_moves(graph)

    check_plan(moved, plan_memory(moved))
    assert plan_memory(moved).arena_bytes <= plan_memory(graph).arena_bytes


def test_moves_keep_every_output(executor: Executor) -> None:
    """The C kernels compute the same with moves and without, in less memory."""
    b = ModelBuilder()
    x = b.tensor((1, 12, 6, 8), scale=0.02, zero_point=-3)
    y = x
    for seed in range(5):
        y = add_conv(b, y, (8, 3, 3, 8), (1, 12, 6, 8), scale=0.5, seed=seed)
    graph = read_tflite(b.build([x], [y]))
    moved = run_passes(graph)
    verify(moved)
    plain, plan = plan_memory(graph), plan_memory(moved)
    rng = np.random.default_rng(0)
    inputs = rng.integers(-128, 128, (8, 12 * 6 * 8)).astype(np.int8)

    expected = executor.run(lower_graph(graph, plain, name="plain"), inputs)
    outputs = executor.run(lower_graph(moved, plan, name="moved"), inputs)

    assert count_moves(moved) > 0
    assert plan.arena_bytes < plain.arena_bytes
    assert outputs == expected
    assert len(set(outputs)) == len(outputs)

"""Whole plans: proven, no larger than needed, the same each time."""

import numpy as np
import pytest

from tests.compiler.executor import Executor
from tests.compiler.memory.graphs import GraphBuilder, draw_graph, spread
from tests.compiler.models import conv_model, residual_model
from tinycnn.compiler import lower_graph, plan_memory, read_tflite
from tinycnn.compiler.memory import (
    Lifetime,
    check_plan,
    insert_moves,
    order_operators,
)


@pytest.mark.parametrize("seed", range(40))
def test_random_graphs_have_valid_optimal_plans(seed: int) -> None:
    """The simulation accepts the plan, and it is as small as its bound."""
    graph = order_operators(draw_graph(seed))
    plan = plan_memory(graph)

    check_plan(graph, plan)
    assert plan.is_optimal
    assert all(offset % 4 == 0 for offset in plan.offsets.values())


@pytest.mark.parametrize("seed", range(30))
def test_kernels_compute_the_same_under_the_plan(seed: int, executor: Executor) -> None:
    """Reordered, moved and overlapped, C kernels give what they give far apart."""
    graph = draw_graph(seed)
    planned = insert_moves(order_operators(graph))
    inputs = np.random.default_rng(seed).integers(-128, 128, (3, graph.tensors[0].size))
    programs = (
        lower_graph(graph, spread(graph), name="apart"),
        lower_graph(planned, plan_memory(planned), name="planned"),
    )

    expected, outputs = (executor.run(p, inputs.astype(np.int8)) for p in programs)

    assert outputs == expected


def test_same_graph_same_plan() -> None:
    """Nothing depends on the order of sets."""
    assert plan_memory(draw_graph(7)) == plan_memory(draw_graph(7))


def test_output_moves_into_its_input() -> None:
    """A 3x3 convolution needs a row and a pixel more than its larger tensor."""
    plan = plan_memory(read_tflite(conv_model()))

    assert plan.lower_bound_bytes == plan.arena_bytes
    assert plan.arena_bytes < 6 * 6 * 2 + 6 * 6 * 4


def test_addition_is_in_place() -> None:
    """A sum takes no memory of its own; the other operand may be the input itself."""
    b = GraphBuilder((1, 4, 4, 8))
    first = b.conv(0, 8)
    graph = b.build(b.add(first, first))
    plan = plan_memory(graph)

    assert plan.offsets[first] == plan.offsets[graph.outputs[0]]


def test_outputs_stay_until_the_end() -> None:
    """An output of the graph is not overwritten by a later operator that reads it."""
    b = GraphBuilder((1, 4, 4, 8))
    first = b.depthwise(0)
    graph = b.build(first, b.add(first, first))
    plan = plan_memory(graph)

    assert plan.lifetimes[first] == Lifetime(0, 1)
    assert plan.arena_bytes == 2 * 4 * 4 * 8


def test_aliases_share_one_place() -> None:
    """A RESHAPE costs nothing."""
    b = GraphBuilder((1, 4, 4, 8))
    first = b.depthwise(0)
    alias = b.reshape(first)
    plan = plan_memory(b.build(b.add(alias, alias)))

    assert plan.offsets[alias] == plan.offsets[first]


def test_float_tensors_are_aligned() -> None:
    """Floats are read in place, so every offset is a multiple of four."""
    plan = plan_memory(read_tflite(residual_model()))

    assert all(offset % 4 == 0 for offset in plan.offsets.values())


def test_peak_is_the_step_that_needs_the_most() -> None:
    """The widest convolution makes the peak."""
    b = GraphBuilder((1, 8, 8, 1))
    wide = b.conv(b.conv(0, 2), 8)
    plan = plan_memory(b.build(b.pool(wide)))

    assert plan.peak_step == 1

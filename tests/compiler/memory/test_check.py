"""The simulation finds what is wrong with a plan."""

from dataclasses import replace
from itertools import combinations

import pytest

from tests.compiler.memory.graphs import GraphBuilder, draw_graph
from tinycnn.compiler import Graph, MemoryPlan, plan_memory
from tinycnn.compiler.memory import check_plan
from tinycnn.compiler.memory.blocks import find_roots
from tinycnn.errors import MemoryPlanError


def move(plan: MemoryPlan, tensor: int, distance: int) -> MemoryPlan:
    """`plan` with one tensor elsewhere, in an arena with room for it."""
    offsets = {**plan.offsets, tensor: plan.offsets[tensor] + distance}
    return replace(plan, offsets=offsets, arena_bytes=plan.arena_bytes + abs(distance))


@pytest.fixture
def chain() -> Graph:
    """Two depthwise convolutions."""
    b = GraphBuilder((1, 6, 6, 4))
    return b.build(b.depthwise(b.depthwise(0)))


def test_output_one_byte_too_near_is_found(chain: Graph) -> None:
    """A read of an overwritten byte names the tensor, the byte and the operator."""
    plan = plan_memory(chain, alignment=1)
    middle, output = chain.ops[1].inputs[0], chain.outputs[0]
    distance = plan.offsets[middle] - plan.offsets[output]

    assert distance == (6 + 1) * 4
    message = rf"tensor {middle} \('t'\): byte .* overwritten before op 1 \(DEPTH"
    with pytest.raises(MemoryPlanError, match=message):
        check_plan(chain, move(plan, output, 1))


def test_place_outside_the_arena_is_found(chain: Graph) -> None:
    """Both ends of the arena are respected."""
    plan = plan_memory(chain)
    small = replace(plan, arena_bytes=plan.arena_bytes - 1)

    with pytest.raises(MemoryPlanError, match="expected a place within"):
        check_plan(chain, small)
    with pytest.raises(MemoryPlanError, match="got -4 to"):
        check_plan(chain, move(plan, 0, -4 - plan.offsets[0]))


def test_alias_elsewhere_is_found() -> None:
    """An alias has no bytes of its own."""
    b = GraphBuilder((1, 4, 4, 4))
    alias = b.reshape(b.depthwise(0))
    graph = b.build(b.depthwise(alias))
    plan = plan_memory(graph)

    with pytest.raises(MemoryPlanError, match=f"tensor {alias} "):
        check_plan(graph, move(plan, alias, 4))


def test_overwritten_output_is_found() -> None:
    """What the graph returns must be whole at its end."""
    b = GraphBuilder((1, 4, 4, 4))
    first = b.depthwise(0)
    graph = b.build(first, b.depthwise(first))
    plan = plan_memory(graph)
    second = graph.outputs[1]
    nearer = move(plan, second, plan.offsets[first] - plan.offsets[second] - 60)

    with pytest.raises(MemoryPlanError, match="before the end reads it"):
        check_plan(graph, nearer)


def test_two_inputs_in_one_place_are_found() -> None:
    """The host writes all inputs before the first operator runs."""
    b = GraphBuilder((1, 4, 4, 4))
    graph = b.build(b.add(0, b.depthwise(0)))
    plan = plan_memory(graph)

    with pytest.raises(MemoryPlanError, match="overwritten"):
        check_plan(graph, move(plan, 0, plan.offsets[2] - plan.offsets[0]))


def test_random_collisions_are_found() -> None:
    """Storages that live through a step together, moved onto each other, are seen."""
    tried = 0
    for seed in range(30):
        graph = draw_graph(seed)
        plan = plan_memory(graph)
        for a, b in combinations(sorted(set(find_roots(graph).values())), 2):
            first, second = plan.lifetimes[a], plan.lifetimes[b]
            together = min(first.last_time_used, second.last_time_used) - max(
                first.first_time_used, second.first_time_used
            )
            if together > 0:
                with pytest.raises(MemoryPlanError):
                    check_plan(graph, move(plan, a, plan.offsets[b] - plan.offsets[a]))
                tried += 1
    assert tried > 100

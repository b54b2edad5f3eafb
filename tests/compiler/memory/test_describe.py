"""A memory plan as text."""

from tests.compiler.memory.graphs import GraphBuilder
from tinycnn.compiler import MemoryPlan, plan_memory
from tinycnn.compiler.memory import Lifetime, format_plan


def test_steps_tensors_and_peak_are_listed() -> None:
    """One line a step, with what is live and where; the peak is marked and named."""
    b = GraphBuilder((1, 4, 4, 1))
    middle = b.conv(0, 8)
    graph = b.build(b.pool(middle))
    lines = format_plan(graph, plan_memory(graph)).splitlines()

    assert lines == [
        "step  op             bytes  live: #tensor bytes @ offset",
        " > 0  0 CONV_2D        136  #2 128 @ 0, #0 16 @ 120",
        "   1  1 MAX_POOL_2D    128  #2 128 @ 0, #3 32 @ 0",
        "arena 136 bytes (optimal); peak at op 0 (CONV_2D 't')",
    ]


def test_bound_is_stated_where_the_plan_is_not_proven() -> None:
    """A plan that may not be the best says what no plan can beat."""
    b = GraphBuilder((1, 4, 4, 1))
    graph = b.build(b.depthwise(0))
    life = {0: Lifetime(0, 0), 2: Lifetime(0, 0)}
    plan = MemoryPlan(2048, 1024, {0: 0, 2: 16}, life)

    assert "arena 2,048 bytes (no plan is smaller than 1,024 bytes)" in format_plan(
        graph, plan
    )

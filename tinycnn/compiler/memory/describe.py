"""A memory plan as text: one line a step, what is live there and where.

step  op              bytes  live: #tensor bytes @ offset
 > 2  2 CONV_2D      33,312  #22 16,384 @ 0, #24 16,384 @ 16,384, ...
"""

from __future__ import annotations

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.memory.blocks import find_roots
from tinycnn.compiler.memory.plan import Lifetime, MemoryPlan

__all__ = ["format_plan"]


def format_plan(graph: Graph, plan: MemoryPlan) -> str:
    """The plan as a table; the step that makes the peak is marked.

    The bytes of a step are those that its live tensors cover; what two of them share is
    counted once.
    """
    roots = find_roots(graph)
    storages = sorted(set(roots.values()), key=lambda t: (plan.offsets[t], t))
    rows = [("step", "op", "bytes", "live: #tensor bytes @ offset")]
    for step, op in enumerate(graph.ops):
        now = Lifetime(step, step)
        live = [t for t in storages if plan.lifetimes[t].overlaps(now)]
        covered = _count_covered(graph, plan, live)
        places = ", ".join(
            f"#{t} {graph.tensors[t].bytes:,} @ {plan.offsets[t]:,}" for t in live
        )
        mark = "> " if step == plan.peak_step else ""
        rows.append((f"{mark}{step}", f"{op.index} {op.kind}", f"{covered:,}", places))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        f"{step:>{widths[0]}}  {op:<{widths[1]}}  {covered:>{widths[2]}}  {places}"
        for step, op, covered, places in rows
    ]
    return "\n".join([*lines, _summarize(graph, plan), ""])


def _count_covered(graph: Graph, plan: MemoryPlan, live: list[int]) -> int:
    """Bytes that hold a live tensor, of tensors sorted by their offsets."""
    covered, end = 0, 0
    for tensor in live:
        start = plan.offsets[tensor]
        stop = start + graph.tensors[tensor].bytes
        covered += max(stop - max(start, end), 0)
        end = max(end, stop)
    return covered


def _summarize(graph: Graph, plan: MemoryPlan) -> str:
    peak = graph.ops[plan.peak_step]
    verdict = (
        "optimal"
        if plan.is_optimal
        else f"no plan is smaller than {plan.lower_bound_bytes:,} bytes"
    )
    return (
        f"arena {plan.arena_bytes:,} bytes ({verdict}); peak at op {peak.index} "
        f"({peak.kind} '{graph.tensors[peak.outputs[0]].name.split(';')[0]}')"
    )

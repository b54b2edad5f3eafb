"""The bytes that one operator needs at least, whatever the plan.

What is live before and after it takes its size; what dies and what is born at it may
share bytes as far as the kernel's access order allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.memory.blocks import Clearances
from tinycnn.compiler.memory.overlap import Clearance
from tinycnn.compiler.memory.placement import Constraint, place
from tinycnn.compiler.memory.plan import Lifetime

__all__ = ["count_step_bytes", "least_bytes"]


def least_bytes(
    dying: Iterable[int],
    born: Iterable[int],
    sizes: Mapping[int, int],
    clearances: Clearances,
) -> int:
    """The fewest bytes that hold what dies and what is born at one operator."""
    inputs, outputs = sorted(dying), sorted(born)
    blocks = {t: sizes[t] for t in (*inputs, *outputs)}
    gains = [
        (a, b)
        for a in inputs
        for b in outputs
        if (a, b) in clearances and clearances[a, b].below < sizes[b]
    ]
    if not gains:
        return sum(blocks.values())
    if len(blocks) == 2:
        return _least_of_two(sizes[inputs[0]], sizes[outputs[0]], clearances[gains[0]])
    constraints = []
    for number, a in enumerate(blocks):
        for b in list(blocks)[number + 1 :]:
            up, down = sizes[a], sizes[b]
            if (a, b) in clearances and b in outputs:
                up, down = clearances[a, b].above, clearances[a, b].below
            constraints.append(Constraint(a, b, up, down))
    orders = [(*inputs, *outputs), (*outputs, *inputs)]
    return place(blocks, constraints, orders).lower_bound


def _least_of_two(source: int, output: int, clearance: Clearance) -> int:
    """The output below its input, or above it."""
    below = max(output, max(clearance.below, 0) + source)
    above = max(source, clearance.above + output)
    return min(below, above)


def count_step_bytes(
    graph: Graph,
    sizes: Mapping[int, int],
    lifetimes: Mapping[int, Lifetime],
    clearances: Clearances,
) -> list[int]:
    """The least bytes of each step."""
    counts = []
    for step in range(len(graph.ops)):
        now = Lifetime(step, step)
        live = [t for t in lifetimes if lifetimes[t].overlaps(now)]
        born = {t for t in live if lifetimes[t].first_time_used == step}
        born -= {t for t in born if t in graph.inputs}
        dying = {t for t in live if lifetimes[t].last_time_used == step} - born
        passing = sum(sizes[t] for t in live if t not in born | dying)
        counts.append(passing + least_bytes(dying, born, sizes, clearances))
    return counts

"""Cycles of loops become costs of operations, and those the rules of the cycle model.

A body of a loop may hold other instructions beside those of its row: their cost, as the
same run found it, is taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tinycnn.boards.ledger.row import Loop, Row, load_rows
from tinycnn.boards.ledger.run import ProbeRun

__all__ = ["cost_rows", "find_timings"]


def cost_rows(run: ProbeRun, *, uncached: bool = False) -> dict[str, float]:
    """The cost of one operation of each row that a run measured, by row; or a figure.

    Args:
        run: What was measured.
        uncached: With the instruction cache off; only what was measured so.
    """
    bodies = {
        name: found.uncached if uncached else found.usual
        for name, found in run.cycles.items()
    }
    known = {name: cycles for name, cycles in bodies.items() if cycles is not None}
    costs: dict[str, float] = {}
    rows = [row for row in load_rows() if row.probe and row.id in known]
    rules = {row.rule: row for row in rows if row.rule}

    def cost(row: Row) -> float | None:
        if row.id not in costs and row.probe:
            found = _cost(row.probe, known[row.id], cost_of_rule)
            if found is not None:
                costs[row.id] = found
        return costs.get(row.id)

    def cost_of_rule(rule: str) -> float | None:
        return cost(rules[rule]) if rule in rules else None

    for row in rows:
        cost(row)
    return costs if uncached else {**costs, **run.figures}


def _cost(
    loop: Loop, cycles: float, cost_of_rule: Callable[[str], float | None]
) -> float | None:
    rest = cycles - loop.words
    for rule, times in loop.beside.items():
        one = cost_of_rule(rule)
        if one is None:
            return None
        rest -= times * one
    return round(rest / loop.count, 3) + 0.0


def find_timings(run: ProbeRun) -> Mapping[str, int]:
    """Whole cycles by rule of the cycle model, of the rules that a run measured.

    The model counts whole cycles, and so do the cores that it is of: what is between
    two came from waiting now and then.
    """
    costs = cost_rows(run)
    return {
        row.rule: max(round(costs[row.id]), 0)
        for row in load_rows()
        if row.rule and row.id in costs
    }

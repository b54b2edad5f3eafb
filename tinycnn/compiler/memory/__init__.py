"""The memory planner: operator order, and a place in one arena for every activation.

`order_operators` chooses the order, `insert_moves` where a tensor changes its place,
`plan_memory` the offsets; `check_plan` proves a plan by simulation. Two tensors share
bytes if their lifetimes do not overlap, if one is an alias of the other, or if the
order in which a kernel reads its input and writes its output allows it.
"""

from __future__ import annotations

from tinycnn.compiler.memory.check import check_plan
from tinycnn.compiler.memory.moves import insert_moves
from tinycnn.compiler.memory.order import order_operators
from tinycnn.compiler.memory.plan import Lifetime, MemoryPlan
from tinycnn.compiler.memory.planner import plan_memory

__all__ = [
    "Lifetime",
    "MemoryPlan",
    "check_plan",
    "insert_moves",
    "order_operators",
    "plan_memory",
]

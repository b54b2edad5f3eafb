"""MAX_POOL_2D and AVERAGE_POOL_2D."""

from __future__ import annotations

from tinycnn.compiler.operators.pool.rules import check, lower, read
from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["OPERATORS"]

OPERATORS = (
    Operator("MAX_POOL_2D", 17, read, check, lower),
    Operator("AVERAGE_POOL_2D", 1, read, check, lower),
)

"""MAX_POOL_2D and AVERAGE_POOL_2D."""

from __future__ import annotations

from tinycnn.compiler.operators.pool.channels import CHANNELS
from tinycnn.compiler.operators.pool.memory import ORDER
from tinycnn.compiler.operators.pool.rules import check, find_window, lower, read
from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["OPERATORS"]

OPERATORS = (
    Operator(
        kind="MAX_POOL_2D",
        code=17,
        read=read,
        check=check,
        lower=lower,
        find_window=find_window,
        order=ORDER,
        channels=CHANNELS,
    ),
    Operator(
        kind="AVERAGE_POOL_2D",
        code=1,
        read=read,
        check=check,
        lower=lower,
        find_window=find_window,
        order=ORDER,
        channels=CHANNELS,
    ),
)

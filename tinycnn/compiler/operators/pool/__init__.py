"""MAX_POOL_2D and AVERAGE_POOL_2D."""

from __future__ import annotations

from tinycnn.compiler.operators.pool.border import absorb_border
from tinycnn.compiler.operators.pool.channels import CHANNELS
from tinycnn.compiler.operators.pool.memory import ORDER
from tinycnn.compiler.operators.pool.quads import average_pool_quads, max_pool_quads
from tinycnn.compiler.operators.pool.rules import (
    check,
    count_lanes,
    count_pixels,
    find_window,
    lower,
    read,
)
from tinycnn.compiler.operators.pool.terms import break_down_average, break_down_max
from tinycnn.compiler.operators.shared.cycles import cycles_by_step
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_by_step
from tinycnn.compiler.operators.shared.rows import window_rows

__all__ = ["OPERATORS"]

OPERATORS = (
    Operator(
        kind="MAX_POOL_2D",
        code=17,
        read=read,
        check=check,
        lower=lower,
        count_cycles=cycles_by_step(12, 40, count_pixels),
        kernels=(max_pool_quads,),
        break_down=break_down_max,
        find_window=find_window,
        order=ORDER,
        channels=CHANNELS,
        rows=window_rows(find_window),
        absorb_border=absorb_border,
        options=5,
        count_possible=possible_by_step(1.3, count_lanes),
    ),
    Operator(
        kind="AVERAGE_POOL_2D",
        code=1,
        read=read,
        check=check,
        lower=lower,
        count_cycles=cycles_by_step(10, 60, count_pixels),
        kernels=(average_pool_quads,),
        break_down=break_down_average,
        find_window=find_window,
        order=ORDER,
        channels=CHANNELS,
        rows=window_rows(find_window),
        options=5,
        count_possible=possible_by_step(2.25, count_lanes),
    ),
)

"""FULLY_CONNECTED."""

from __future__ import annotations

from tinycnn.compiler.operators.fully_connected.channels import CHANNELS
from tinycnn.compiler.operators.fully_connected.memory import ORDER
from tinycnn.compiler.operators.fully_connected.pairs import (
    fully_connected_pairs,
    fully_connected_wide,
)
from tinycnn.compiler.operators.fully_connected.rows import fully_connected_rows
from tinycnn.compiler.operators.fully_connected.rules import (
    check,
    count_macs,
    lower,
    read,
)
from tinycnn.compiler.operators.fully_connected.sixes import fully_connected_sixes
from tinycnn.compiler.operators.fully_connected.terms import break_down
from tinycnn.compiler.operators.shared.cycles import cycles_by_step
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_dense

__all__ = ["OPERATORS"]

OPERATORS = (
    Operator(
        kind="FULLY_CONNECTED",
        code=9,
        read=read,
        check=check,
        lower=lower,
        count_macs=count_macs,
        count_cycles=cycles_by_step(8, 110, count_macs),
        kernels=(fully_connected_pairs, fully_connected_wide, fully_connected_rows),
        mul_kernels=(fully_connected_sixes,),
        order=ORDER,
        channels=CHANNELS,
        break_down=break_down,
        weights_axis=0,
        options=8,
        count_possible=possible_dense(count_macs),
    ),
)

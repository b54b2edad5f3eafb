"""TRANSPOSE_CONV: the convolution whose gradient is a convolution."""

from __future__ import annotations

from tinycnn.compiler.operators.shared.cycles import cycles_by_step
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_convolution
from tinycnn.compiler.operators.transpose_conv.parts import transpose_parts
from tinycnn.compiler.operators.transpose_conv.rules import (
    break_down,
    check,
    count_macs,
    lower,
    read,
)
from tinycnn.compiler.operators.transpose_conv.windows import transpose_windows

__all__ = ["OPERATORS"]

OPERATORS = (
    Operator(
        "TRANSPOSE_CONV",
        67,
        read,
        check,
        lower,
        count_macs,
        count_cycles=cycles_by_step(20, 60, count_macs),
        kernels=(transpose_parts, transpose_windows),
        break_down=break_down,
        options=49,
        count_possible=possible_convolution(count_macs),
    ),
)

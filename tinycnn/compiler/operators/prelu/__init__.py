"""PRELU: a slope of its own for negative values of each channel, or each element."""

from __future__ import annotations

from tinycnn.compiler.operators.prelu.lines import prelu_lines
from tinycnn.compiler.operators.prelu.rows import prelu_rows
from tinycnn.compiler.operators.prelu.rules import break_down, check, lower
from tinycnn.compiler.operators.shared.cycles import cycles_by_output
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing
from tinycnn.compiler.operators.shared.possible import possible_by_output

__all__ = ["OPERATORS"]

OPERATORS = (
    Operator(
        "PRELU",
        54,
        read_nothing,
        check,
        lower,
        order=ELEMENTWISE,
        break_down=break_down,
        count_cycles=cycles_by_output(60),
        kernels=(prelu_rows, prelu_lines),
        count_possible=possible_by_output(8),
    ),
)

"""ADD and SUB of two tensors; one may be a constant."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.operators.add.channels import CHANNELS
from tinycnn.compiler.operators.add.exact import add_terms, subtract_terms
from tinycnn.compiler.operators.add.linear import (
    add_linear,
    add_linear_mul,
    subtract_linear,
    subtract_linear_mul,
)
from tinycnn.compiler.operators.add.rules import (
    check,
    count_add_cycles,
    lower_add,
    lower_sub,
)
from tinycnn.compiler.operators.add.terms import break_down_add, break_down_sub
from tinycnn.compiler.operators.shared.activation import read_first_clamp
from tinycnn.compiler.operators.shared.channel_rules import KEEP_APART
from tinycnn.compiler.operators.shared.cycles import cycles_by_output
from tinycnn.compiler.operators.shared.folding import fold_binary
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_by_output
from tinycnn.compiler.operators.shared.rows import ELEMENT_ROWS

__all__ = ["OPERATORS"]

OPERATORS = (
    Operator(
        "ADD",
        0,
        read_first_clamp,
        check,
        lower_add,
        order=ELEMENTWISE,
        rows=ELEMENT_ROWS,
        channels=CHANNELS,
        count_cycles=count_add_cycles,
        kernels=(add_linear, add_terms),
        mul_kernels=(add_linear_mul,),
        break_down=break_down_add,
        fold=fold_binary(np.add, activates=True),
        options=11,
        count_possible=possible_by_output(8),
    ),
    Operator(
        "SUB",
        41,
        read_first_clamp,
        check,
        lower_sub,
        order=ELEMENTWISE,
        rows=ELEMENT_ROWS,
        channels=KEEP_APART,
        count_cycles=cycles_by_output(140),
        kernels=(subtract_linear, subtract_terms),
        mul_kernels=(subtract_linear_mul,),
        fold=fold_binary(np.subtract, activates=True),
        break_down=break_down_sub,
        options=28,
        count_possible=possible_by_output(8),
    ),
)

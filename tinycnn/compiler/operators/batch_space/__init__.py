"""SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: how converters write a dilated convolution.

They only ever stand around a convolution, which is dilated instead.
"""

from __future__ import annotations

from tinycnn.compiler.operators.batch_space.dilation import fold_dilation
from tinycnn.compiler.operators.batch_space.rules import check, read
from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["OPERATORS"]

OPERATORS = (
    Operator("SPACE_TO_BATCH_ND", 38, read, check, rewrite=fold_dilation),
    Operator("BATCH_TO_SPACE_ND", 37, read, check),
)

"""DEPTHWISE_CONV_2D."""

from __future__ import annotations

from tinycnn.compiler.operators.depthwise_conv_2d.rules import (
    check,
    count_macs,
    lower,
    read,
)
from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["OPERATORS"]

OPERATORS = (Operator("DEPTHWISE_CONV_2D", 4, read, check, lower, count_macs),)

"""CONV_2D, in groups too."""

from __future__ import annotations

from tinycnn.compiler.operators.conv_2d.rules import check, count_macs, lower, read
from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["OPERATORS"]

OPERATORS = (Operator("CONV_2D", 3, read, check, lower, count_macs),)

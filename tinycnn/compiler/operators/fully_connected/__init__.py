"""FULLY_CONNECTED."""

from __future__ import annotations

from tinycnn.compiler.operators.fully_connected.rules import (
    check,
    count_macs,
    lower,
    read,
)
from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["OPERATORS"]

OPERATORS = (Operator("FULLY_CONNECTED", 9, read, check, lower, count_macs),)

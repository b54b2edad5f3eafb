"""FULLY_CONNECTED."""

from __future__ import annotations

from tinycnn.compiler.operators.fully_connected.channels import CHANNELS
from tinycnn.compiler.operators.fully_connected.memory import ORDER
from tinycnn.compiler.operators.fully_connected.rules import (
    check,
    count_macs,
    lower,
    read,
)
from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["OPERATORS"]

OPERATORS = (
    Operator(
        kind="FULLY_CONNECTED",
        code=9,
        read=read,
        check=check,
        lower=lower,
        count_macs=count_macs,
        order=ORDER,
        channels=CHANNELS,
    ),
)

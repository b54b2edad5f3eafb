"""DEPTHWISE_CONV_2D."""

from __future__ import annotations

from tinycnn.compiler.operators.depthwise_conv_2d.channels import CHANNELS
from tinycnn.compiler.operators.depthwise_conv_2d.memory import ORDER
from tinycnn.compiler.operators.depthwise_conv_2d.rules import (
    check,
    count_macs,
    lower,
    read,
)
from tinycnn.compiler.operators.shared.convolution import convolution_window
from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["OPERATORS"]

OPERATORS = (
    Operator(
        kind="DEPTHWISE_CONV_2D",
        code=4,
        read=read,
        check=check,
        lower=lower,
        count_macs=count_macs,
        find_window=convolution_window,
        order=ORDER,
        channels=CHANNELS,
    ),
)

"""The operators that the compiler supports: one file a family, all its rules in it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tinycnn.compiler.operators.binary import ADD, MAXIMUM, MINIMUM, MUL, SUB
from tinycnn.compiler.operators.conv import CONV_2D, DEPTHWISE_CONV_2D
from tinycnn.compiler.operators.fully_connected import FULLY_CONNECTED
from tinycnn.compiler.operators.mean import MEAN
from tinycnn.compiler.operators.operator import Node, Operator, RawOp
from tinycnn.compiler.operators.pad import PAD
from tinycnn.compiler.operators.pool import AVERAGE_POOL_2D, MAX_POOL_2D
from tinycnn.compiler.operators.prelu import PRELU
from tinycnn.compiler.operators.quantize import DEQUANTIZE, QUANTIZE
from tinycnn.compiler.operators.reshape import RESHAPE
from tinycnn.compiler.operators.softmax import SOFTMAX
from tinycnn.compiler.operators.unary import (
    ABS,
    HARD_SWISH,
    LEAKY_RELU,
    LOGISTIC,
    RELU,
    RELU6,
    RELU_0_TO_1,
    RELU_N1_TO_1,
    TANH,
)

__all__ = ["OPERATORS", "Node", "Operator", "RawOp"]

OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        operator.kind: operator
        for operator in (
            ABS,
            ADD,
            AVERAGE_POOL_2D,
            CONV_2D,
            DEPTHWISE_CONV_2D,
            DEQUANTIZE,
            FULLY_CONNECTED,
            HARD_SWISH,
            LEAKY_RELU,
            LOGISTIC,
            MAXIMUM,
            MAX_POOL_2D,
            MEAN,
            MINIMUM,
            MUL,
            PAD,
            PRELU,
            QUANTIZE,
            RELU,
            RELU6,
            RELU_0_TO_1,
            RELU_N1_TO_1,
            RESHAPE,
            SOFTMAX,
            SUB,
            TANH,
        )
    }
)

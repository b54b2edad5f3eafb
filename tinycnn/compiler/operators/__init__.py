"""The operators that the compiler supports: one file a family, all its rules in it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tinycnn.compiler.operators.batch_space import (
    BATCH_TO_SPACE_ND,
    SPACE_TO_BATCH_ND,
)
from tinycnn.compiler.operators.binary import ADD, MAXIMUM, MINIMUM, MUL, SUB
from tinycnn.compiler.operators.concatenation import CONCATENATION, PACK
from tinycnn.compiler.operators.conv import CONV_2D, DEPTHWISE_CONV_2D
from tinycnn.compiler.operators.fully_connected import FULLY_CONNECTED
from tinycnn.compiler.operators.mean import MEAN
from tinycnn.compiler.operators.mirror_pad import MIRROR_PAD
from tinycnn.compiler.operators.move import MOVE
from tinycnn.compiler.operators.operator import Operator, RawOp
from tinycnn.compiler.operators.pad import PAD, PADV2
from tinycnn.compiler.operators.pool import AVERAGE_POOL_2D, MAX_POOL_2D
from tinycnn.compiler.operators.prelu import PRELU
from tinycnn.compiler.operators.quantize import DEQUANTIZE, QUANTIZE
from tinycnn.compiler.operators.reduce import REDUCE_MAX, REDUCE_MIN
from tinycnn.compiler.operators.reshape import EXPAND_DIMS, RESHAPE, SQUEEZE
from tinycnn.compiler.operators.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from tinycnn.compiler.operators.slice import SLICE, STRIDED_SLICE
from tinycnn.compiler.operators.softmax import LOG_SOFTMAX, SOFTMAX
from tinycnn.compiler.operators.split import SPLIT, SPLIT_V, UNPACK
from tinycnn.compiler.operators.transpose import (
    DEPTH_TO_SPACE,
    SPACE_TO_DEPTH,
    TILE,
    TRANSPOSE,
)
from tinycnn.compiler.operators.transpose_conv import TRANSPOSE_CONV
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

__all__ = ["OPERATORS", "Operator", "RawOp"]

OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        operator.kind: operator
        for operator in (
            ABS,
            ADD,
            AVERAGE_POOL_2D,
            BATCH_TO_SPACE_ND,
            CONCATENATION,
            CONV_2D,
            DEPTHWISE_CONV_2D,
            DEPTH_TO_SPACE,
            DEQUANTIZE,
            EXPAND_DIMS,
            FULLY_CONNECTED,
            HARD_SWISH,
            LEAKY_RELU,
            LOGISTIC,
            LOG_SOFTMAX,
            MAXIMUM,
            MAX_POOL_2D,
            MEAN,
            MINIMUM,
            MIRROR_PAD,
            MOVE,
            MUL,
            PACK,
            PAD,
            PADV2,
            PRELU,
            QUANTIZE,
            REDUCE_MAX,
            REDUCE_MIN,
            RELU,
            RELU6,
            RELU_0_TO_1,
            RELU_N1_TO_1,
            RESHAPE,
            RESIZE_BILINEAR,
            RESIZE_NEAREST_NEIGHBOR,
            SLICE,
            SOFTMAX,
            SPACE_TO_BATCH_ND,
            SPACE_TO_DEPTH,
            SPLIT,
            SPLIT_V,
            SQUEEZE,
            STRIDED_SLICE,
            SUB,
            TANH,
            TILE,
            TRANSPOSE,
            TRANSPOSE_CONV,
            UNPACK,
        )
    }
)

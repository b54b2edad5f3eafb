"""FULLY_CONNECTED by six channels at a time: `tcnn_fully_connected_sixes_s8_mul`.

Weights stay bytes, and no sum is too large. 28 cycles for an input of six channels on a
Cortex-M0+.
"""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.fully_connected.rules import row_params
from tinycnn.compiler.operators.shared.mul_channels import pack_interleaved
from tinycnn.compiler.operators.shared.windows import fold_starts

__all__ = ["fully_connected_sixes"]

_FUNCTION = "tcnn_fully_connected_sixes_s8_mul"
_CHANNELS = 6


def fully_connected_sixes(node: Node, numerics: Numerics) -> Kernel:
    """The kernel; it is exact for every node."""
    channels, depth = node.input(1).shape
    groups, rows = -(-channels // _CHANNELS), node.input().size // depth
    cycles = 110 + rows * (100 + 8 * depth + groups * (190 + 28 * depth))
    return Kernel(
        function=_FUNCTION,
        cycles=cycles + 140 * rows * channels,
        constant_bytes=groups * _CHANNELS * depth + 4 * channels,
        scratch_bytes=0,
        lower=_lower,
        code_bytes=900,
    )


def _lower(lowering: Lowering, node: Node) -> None:
    w = node.input(1).data
    assert w is not None
    starts = fold_starts(node, w.astype(np.int64).sum(axis=1))
    weights = pack_interleaved(w, _CHANNELS)
    lowering.call(
        node,
        _FUNCTION,
        row_params(lowering, node),
        lowering.array(node, "weights", "uint8_t", weights),
        lowering.array(node, "starts", "int32_t", starts),
    )

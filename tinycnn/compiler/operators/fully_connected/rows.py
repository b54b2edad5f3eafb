"""FULLY_CONNECTED of any length: `tcnn_fully_connected_rows_s8_dsp`.

Weights are those of the model: no sum is too large and no shift is odd. 30 cycles for
four inputs of four channels.
"""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.fully_connected.rules import row_params
from tinycnn.compiler.operators.shared.windows import (
    fold_starts,
    pack_rows,
    padded_size,
)

__all__ = ["fully_connected_rows"]

_FUNCTION = "tcnn_fully_connected_rows_s8_dsp"


def fully_connected_rows(node: Node, numerics: Numerics) -> Kernel:
    """The kernel; it is exact for every node."""
    w = node.input(1)
    channels, depth = w.shape
    rows = node.input().size // depth
    return Kernel(
        function=_FUNCTION,
        cycles=_count_cycles(rows, depth, channels),
        constant_bytes=channels * (padded_size(depth) + 4),
        scratch_bytes=0,
        lower=_lower,
        code_bytes=700,
        flash_reads=rows * channels * (padded_size(depth) // 4 + 1),
    )


def _count_cycles(rows: int, depth: int, channels: int) -> int:
    fours, rest = divmod(depth, 4)
    group = 140 + 30 * fours + 40 * rest + 4 * 50
    return 60 + rows * (20 + -(-channels // 4) * group)


def _lower(lowering: Lowering, node: Node) -> None:
    w = node.input(1).data
    assert w is not None
    starts = fold_starts(node, w.astype(np.int64).sum(axis=1))
    lowering.call(
        node,
        _FUNCTION,
        row_params(lowering, node),
        lowering.array(node, "weights", "int32_t", pack_rows(w, len(w))),
        lowering.array(node, "starts", "int32_t", starts),
    )

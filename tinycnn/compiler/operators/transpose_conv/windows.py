"""TRANSPOSE_CONV by one window at a time: `tcnn_transpose_conv_windows_s8_dsp`.

Outputs whose row and column, when divided by the strides, leave the same remainders are
a convolution by those taps that have them: a phase.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, product

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Int32Constants, Params
from tinycnn.compiler.operators.shared.folded_channels import fold_channels
from tinycnn.compiler.operators.shared.windows import (
    WindowShape,
    count_dot,
    find_window_memory,
    fold_starts,
    pack_channels,
    pack_weights,
    window_scratch,
    window_shape,
)
from tinycnn.compiler.operators.transpose_conv.rules import (
    TransposeConvAttrs,
    as_conv,
    find_window,
)

__all__ = ["transpose_windows"]

_FUNCTION = "tcnn_transpose_conv_windows_s8_dsp"

Weights = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class WindowsParams(Params):
    """What the kernel takes: transpose_conv.h."""

    ctype = "tcnn_transpose_conv_windows_params_t"
    conv: WindowShape
    phases: Int32Constants


def transpose_windows(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where its arithmetic is exact for `node`."""
    conv, phases = as_conv(node), _find_phases(node)
    channels = fold_channels(conv, axis=0, shifts_left=True)
    sums = [phase.astype(np.int64).sum(axis=(1, 2, 3)) for phase in phases]
    packed = [pack_weights(phase) for phase in phases]
    starts = (fold_starts(conv, each) for each in sums)
    constants = np.stack([pack_channels(start, channels) for start in starts])
    begins = accumulate((p.size for p in packed[:-1]), initial=0)
    table = [
        (*phase.shape[1:3], 4 * weights.shape[1], begin)
        for phase, weights, begin in zip(phases, packed, begins, strict=True)
    ]
    clamp = node.attrs(TransposeConvAttrs).clamp
    shape = window_shape(conv, find_window(node), clamp)

    def lower(lowering: Lowering, node: Node) -> None:
        weights = np.concatenate([p.reshape(-1) for p in packed])
        found = lowering.array(node, "phases", "int32_t", np.array(table))
        lowering.call(
            node,
            _FUNCTION,
            WindowsParams(shape, found),
            lowering.array(node, "weights", "int32_t", weights),
            lowering.array(node, "constants", "int32_t", constants),
            find_window_memory(lowering, node),
        )

    words = sum(p.size for p in packed) + constants.size + 4 * len(table)
    return Kernel(
        function=_FUNCTION,
        cycles=_count_cycles(node, phases),
        constant_bytes=4 * words,
        scratch_bytes=window_scratch(4 * max(p.shape[1] for p in packed)),
        lower=lower,
        code_bytes=1_500,
    )


def _find_phases(node: Node) -> list[Weights]:
    """The weights of each phase, of shape (channels, rows, columns, input channels)."""
    data, (down, across) = node.input(1).data, node.attrs(TransposeConvAttrs).stride
    assert data is not None
    return [
        data[:, row::down, column::across][:, ::-1, ::-1]
        for row, column in product(range(down), range(across))
    ]


def _count_cycles(node: Node, phases: list[Weights]) -> int:
    """Of each pixel: finding its phase, gathering, then the channels."""
    _, height, width, channels = node.output().shape
    pixel = 0.0
    for phase in phases:
        _, rows, columns, depth = phase.shape
        gather = 30 + rows * (50 + 1.7 * columns * depth)
        pixel += gather + count_dot(rows * columns * depth, channels) + 90
    return int(height * width * pixel / len(phases))

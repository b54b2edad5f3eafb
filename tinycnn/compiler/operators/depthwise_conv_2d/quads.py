"""DEPTHWISE_CONV_2D of any window by four channels of a pixel at a time.

The function is `tcnn_depthwise_conv_2d_quads_s8_dsp`. About 15 cycles for a tap of four
channels, taps outside the image left out; no scratch memory.
"""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.convolution import ConvAttrs, convolution_window
from tinycnn.compiler.operators.shared.folded_channels import fold_channels
from tinycnn.compiler.operators.shared.windows import FOUR, fold_starts, window_shape

__all__ = ["depthwise_quads"]

_FUNCTION = "tcnn_depthwise_conv_2d_quads_s8_dsp"


def depthwise_quads(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where its arithmetic is exact for `node`."""
    depth, channels = node.input().shape[3], node.output().shape[3]
    folded = fold_channels(node, axis=3, shifts_left=True)
    if depth != channels or depth % FOUR:
        return None
    data = node.input(1).data
    assert data is not None
    columns = (
        fold_starts(node, np.zeros(depth, np.int64)),
        folded.multiplier,
        folded.offset,
        folded.left,
        folded.shift,
        -(folded.shift > 0).astype(np.int64),
    )
    constants = np.stack(columns, axis=1).reshape(depth // FOUR, -1)
    taps = np.ascontiguousarray(data.reshape(-1, depth // FOUR, FOUR).swapaxes(0, 1))
    table = np.concatenate(
        [constants, taps.view("<i4").reshape(depth // FOUR, -1)], axis=1
    )
    shape = window_shape(node, convolution_window(node), node.attrs(ConvAttrs).clamp)

    def lower(lowering: Lowering, node: Node) -> None:
        weights = lowering.array(node, "weights", "int32_t", table)
        lowering.call(node, _FUNCTION, shape, weights)

    return Kernel(
        function=_FUNCTION,
        cycles=_count_cycles(node),
        constant_bytes=4 * table.size,
        scratch_bytes=0,
        lower=lower,
        code_bytes=700,
    )


def _count_cycles(node: Node) -> int:
    """Per pixel, per four channels, per row of taps inside the image, and per tap."""
    window, shape = convolution_window(node), node.input().shape
    outputs, quads = node.output().shape[1:3], node.input().shape[3] // FOUR
    rows, columns = (
        sum(
            0
            <= place * window.stride[axis]
            + tap * window.dilation[axis]
            - window.padding[axis]
            < shape[1 + axis]
            for place in range(outputs[axis])
            for tap in range(window.size[axis])
        )
        for axis in (0, 1)
    )
    runs = columns if window.size[1] == 1 else rows * outputs[1]
    pixels = outputs[0] * outputs[1]
    return 90 * pixels + quads * (175 * pixels + 16 * runs + 15 * rows * columns)

"""DEPTHWISE_CONV_2D 3x3 by two rows at a time: `tcnn_depthwise_conv_2d_s8_dsp`.

Rows of the input lie in the lanes of words: 24 cycles sum two outputs, 15 requantize
and store them. Weights and sums are doubled, as requantization takes them.
"""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.kernels.channels import Channels, Integers, fold_channels
from tinycnn.compiler.kernels.kernel import Kernel
from tinycnn.compiler.lowering import Lowering
from tinycnn.compiler.numerics import Numerics
from tinycnn.compiler.operators import Node
from tinycnn.compiler.operators.activation import clamp_params
from tinycnn.compiler.operators.conv import ConvAttrs

__all__ = ["depthwise_rows"]


def depthwise_rows(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where it computes `node` exactly."""
    x, w, y = node.input(), node.input(1), node.output()
    attrs = node.attrs(ConvAttrs)
    stride, depth = attrs.stride[0], x.shape[3]
    channels = fold_channels(node, axis=3)
    if (
        w.shape != (1, 3, 3, depth)
        or attrs.stride not in ((1, 1), (2, 2))
        or attrs.dilation != (1, 1)
        or channels is None
    ):
        return None
    assert w.data is not None
    table = _pack(w.data.reshape(3, 3, depth).astype(np.int64), channels)
    pitch = (y.shape[2] - 1) * stride + 3

    def lower(lowering: Lowering, node: Node) -> None:
        lowering.call(
            node,
            "tcnn_depthwise_conv_2d_s8_dsp",
            "tcnn_depthwise_dsp_params_t",
            {
                "input_height": x.shape[1],
                "input_width": x.shape[2],
                "channels": depth,
                "output_height": y.shape[1],
                "output_width": y.shape[2],
                "stride": stride,
                "pad_top": attrs.padding[0],
                "pad_left": attrs.padding[1],
                "input_zero_point": x.zero_point,
                **clamp_params(attrs.clamp),
            },
            lowering.array(node, "weights", "int32_t", table),
            lowering.scratch(node),
        )

    return Kernel(
        function="tcnn_depthwise_conv_2d_s8_dsp",
        cycles=_count_cycles(y.shape, x.shape[2], stride),
        table_bytes=4 * table.size,
        scratch_bytes=4 * (pitch * depth + 2 * y.shape[2]),
        lower=lower,
    )


def _pack(weights: Integers, channels: Channels) -> Integers:
    """Nine words a channel from weights of shape (rows, columns, channels)."""
    top, middle, bottom = 2 * weights
    words = [
        2 * channels.bias,
        *_lanes(top, bottom),
        _lanes(middle[0], middle[1]),
        middle[2] & 0xFFFF,
        *channels.requantization().T,
    ]
    return np.stack(words, axis=1).astype(np.uint32).astype(np.int32)


def _lanes(low: Integers, high: Integers) -> Integers:
    return (low & 0xFFFF) | (high & 0xFFFF) << 16


def _count_cycles(shape: tuple[int, ...], input_width: int, stride: int) -> int:
    """A pass for each two rows, or each row of stride 2: columns, then channels."""
    _, height, width, depth = shape
    passes = -(-height // 2) if stride == 1 else height
    columns = 24 + 15 + 3 if stride == 1 else 17 + 8 + 3
    channel = 53 + columns * width + 7.5 * input_width + 10
    return int(passes * (depth * channel + 150))

"""CONV_2D by windows of four or eight bytes: `tcnn_conv_2d_narrow_s8_dsp`.

The windows of two pixels stay in registers while all channels pass by: 16 and 26 cycles
for two outputs, where `tcnn_conv_2d_s8_dsp` takes 24 and 31.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel, NoKernelError, keep_weights
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.compiler.operators.shared.fixed_shift import fix_shift, own_scale
from tinycnn.compiler.operators.shared.folded_channels import Integers, fold_channels
from tinycnn.compiler.operators.shared.window import image_shape
from tinycnn.compiler.operators.shared.windows import find_window_memory

__all__ = ["conv_narrow"]

_SIZES = (4, 8)  # bytes of a window
_CYCLES = {4: 17.0, 8: 27.5}  # of a channel, two pixels


@dataclass(frozen=True, slots=True)
class NarrowParams(Params):
    """What the kernel takes: conv_2d.h."""

    ctype = "tcnn_conv_2d_narrow_dsp_params_t"
    output_height: int
    output_width: int
    output_channels: int
    window_bytes: int
    step_bytes: int
    row_bytes: int
    clamp_min: int
    clamp_max: int
    kept_words: int


def conv_narrow(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where its arithmetic is exact for `node`."""
    if not _suits(node):
        return None
    w, attrs = node.input(1).data, node.attrs(ConvAttrs)
    assert w is not None
    filters = w.reshape(len(w), -1).astype(np.int64)
    channels = fold_channels(node, axis=0)
    scale = own_scale(channels)
    spread = 128 * np.abs(filters).sum(axis=1)
    fixed, equal = fix_shift(channels, spread, attrs.clamp, scale)
    if not np.all(equal):
        channel = int(np.argmin(equal))
        raise NoKernelError(f"no fixed shift that rounds alike in channel {channel}")
    parts = (
        (channels.bias << scale)[:, None],
        _pack_lanes(filters << scale[:, None]),
        fixed.requantization()[:, :2],
    )
    stream = np.concatenate(parts, axis=1).astype(np.uint32).astype(np.int32)
    params = _find_params(node)
    pairs = params.output_height * -(-params.output_width // 2)
    cycles = len(filters) * _CYCLES[params.window_bytes] + 45

    def build(kept_words: int) -> Kernel:
        def lower(lowering: Lowering, node: Node) -> None:
            lowering.call(
                node,
                "tcnn_conv_2d_narrow_s8_dsp",
                replace(params, kept_words=kept_words),
                lowering.array(node, "weights", "int32_t", stream),
                find_window_memory(lowering, node),
            )

        return Kernel(
            function="tcnn_conv_2d_narrow_s8_dsp",
            cycles=int(150 + 70 * params.output_height + pairs * cycles),
            constant_bytes=4 * stream.size,
            scratch_bytes=0,
            lower=lower,
            code_bytes=1_200,
            flash_reads=pairs * stream.size,
        )

    return keep_weights(build, stream.size)


def _suits(node: Node) -> bool:
    """Whether windows are one row of the input, nothing of it padded, and so small."""
    attrs, (_, rows, columns, depth) = node.attrs(ConvAttrs), node.input(1).shape
    return (
        rows == 1
        and columns * depth in _SIZES
        and depth == node.input().shape[3]
        and (columns == 1 or attrs.dilation[1] == 1)
        and not any(attrs.padding)
    )


def _pack_lanes(weights: Integers) -> Integers:
    """Words of elements 0 and 2, 1 and 3 of each four: (channels, words)."""
    fours = weights.reshape(len(weights), -1, 4)
    words = (fours[..., :2] & 0xFFFF) | (fours[..., 2:] & 0xFFFF) << 16
    return words.reshape(len(weights), -1)


def _find_params(node: Node) -> NarrowParams:
    attrs, depth = node.attrs(ConvAttrs), node.input().shape[3]
    height, width, channels = image_shape(node.output())
    row_bytes = attrs.stride[0] * node.input().shape[2] * depth
    size = node.input(1).shape[2] * depth
    if attrs.stride == (1, 1) and size == depth:  # all is one row
        height, width = 1, height * width
    return NarrowParams(
        height,
        width,
        channels,
        size,
        attrs.stride[1] * depth,
        row_bytes,
        *attrs.clamp,
        kept_words=0,
    )

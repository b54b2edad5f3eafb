"""DEPTHWISE_CONV_2D 3x3 from a strip of rows, by one kernel for each stride.

Rows and columns of the input lie in the lanes of words. Stride 1: 28 cycles for two
outputs, stride 2: 18 for one, 3 more an output where channels differ in their shifts.
For rows of a chain, some channels at a time may share a smaller strip.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import Clamp
from tinycnn.compiler.ir.kernel import Kernel, KernelRule
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.compiler.operators.shared.fixed_shift import fix_shift, own_scale
from tinycnn.compiler.operators.shared.folded_channels import (
    FoldedChannels,
    Integers,
    fold_channels,
)
from tinycnn.compiler.operators.shared.window import image_shape

__all__ = ["GROUPS", "depthwise_rows"]

_FUNCTIONS = MappingProxyType(
    {
        1: "tcnn_depthwise_conv_2d_s8_dsp",
        2: "tcnn_depthwise_conv_2d_stride_2_s8_dsp",
    }
)
_LEAST_CHANNELS = MappingProxyType({1: 1, 2: 4})
_CODE_BYTES = MappingProxyType({1: 2_600, 2: 3_200})


@dataclass(frozen=True, slots=True)
class RowsParams(Params):
    """What both kernels take: depthwise_conv_2d.h."""

    ctype = "tcnn_depthwise_dsp_params_t"
    input_height: int
    input_width: int
    channels: int
    output_height: int
    output_width: int
    pad_top: int
    pad_left: int
    input_zero_point: int
    clamp_min: int
    clamp_max: int
    fixed_shift: int
    channels_at_once: int


def depthwise_rows(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where it computes `node` exactly."""
    return _build(node, node.input().shape[3])


def depthwise_group(channels: int) -> KernelRule:
    """The rule for the kernel with so many channels at a time."""

    def rule(node: Node, numerics: Numerics) -> Kernel | None:
        depth = node.input().shape[3]
        return None if depth % 4 or depth <= channels else _build(node, channels)

    return rule


GROUPS = tuple(depthwise_group(channels) for channels in (8, 16, 32))


def _build(node: Node, group: int) -> Kernel | None:
    x, w, y, attrs = node.input(), node.input(1), node.output(), node.attrs(ConvAttrs)
    channels = fold_channels(node, axis=3)
    if not _suits(node):
        return None
    assert w.data is not None
    stride, depth = attrs.stride[0], x.shape[3]
    weights = w.data.reshape(3, 3, depth).astype(np.int64)
    fixed = _fix_all(weights, channels, attrs.clamp)
    steps = _find_steps(depth, group if stride == 1 else depth)
    constants = _pack(weights, steps, *(fixed or (channels, np.ones(depth, np.int64))))
    params = RowsParams(
        *image_shape(x),
        *image_shape(y)[:2],
        *attrs.padding[:2],
        x.zero_point,
        *attrs.clamp,
        fixed_shift=int(fixed is not None),
        channels_at_once=group,
    )

    def lower(lowering: Lowering, node: Node) -> None:
        weights = lowering.array(node, "weights", "int32_t", constants)
        scratch = lowering.scratch(node)
        lowering.call(node, _FUNCTIONS[stride], params, weights, scratch)

    return Kernel(
        function=_FUNCTIONS[stride],
        cycles=_count_cycles(node, group, stride, fixed is not None),
        constant_bytes=4 * constants.size,
        scratch_bytes=_count_scratch(y.shape[2], depth, group, stride),
        lower=lower,
        code_bytes=_CODE_BYTES[stride],
        by_channels=group < depth,
    )


def _fix_all(
    weights: Integers, channels: FoldedChannels, clamp: Clamp
) -> tuple[FoldedChannels, Integers] | None:
    spread = 128 * np.abs(weights).sum(axis=(0, 1))
    scale = own_scale(channels)
    fixed, equal = fix_shift(channels, spread, clamp, scale)
    return (fixed, scale) if np.all(equal) else None


def _suits(node: Node) -> bool:
    """Whether the window and the number of channels are those of the kernels."""
    attrs, depth = node.attrs(ConvAttrs), node.input().shape[3]
    return (
        node.input(1).shape == (1, 3, 3, depth)
        and attrs.stride in ((1, 1), (2, 2))
        and attrs.dilation == (1, 1)
        and _LEAST_CHANNELS[attrs.stride[0]] <= depth < 1 << 16
    )


def _find_steps(depth: int, group: int) -> Integers:
    """For each channel the bytes from pixel to pixel of what it is written to."""
    first = np.arange(depth) // group * group
    return np.minimum(depth - first, group)


def _pack(
    weights: Integers, steps: Integers, channels: FoldedChannels, scale: Integers
) -> Integers:
    """Nine words a channel from weights of shape (rows, columns, channels)."""
    top, middle, bottom = weights << scale
    words = [
        *_lanes(top, bottom),
        _lanes(middle[0], middle[1]),
        _lanes(middle[2], steps),
        channels.bias << scale,
        *channels.requantization().T,
    ]
    return np.stack(words, axis=1).astype(np.uint32).astype(np.int32)


def _lanes(low: Integers, high: Integers) -> Integers:
    return (low & 0xFFFF) | (high & 0xFFFF) << 16


def _count_scratch(width: int, depth: int, group: int, stride: int) -> int:
    """A strip of rows, and what is computed of some channels."""
    if stride == 1:
        staged = 2 * width * group if group < depth else 0
        return 4 * (width + 2) * group + staged
    return 24 * (width + 1) * -(-group // 4) + -(-(depth + group) // 4) * 4


def _count_cycles(node: Node, group: int, stride: int, fixed: bool) -> int:
    """A pass for each two rows, or each row of stride 2: strips, then channels."""
    _, height, width, depth = node.output().shape
    groups = -(-depth // group)
    if stride == 1:
        passes = -(-height // 2)
        load = 6.0 * min(width + 2, node.input().shape[2]) * depth + 500
        if groups > 1:
            load += groups * (500 + 22 * width) + width * depth * 3.5
        column = 29.4 if fixed else 35.4
        channel = 43 + column * width
    else:
        passes = height
        load = (width + 1) * (25 * -(-depth // 4) + 19 * groups) + 3.5 * depth
        load += 600 * groups
        column = 18.8 if fixed else 21.8
        channel = 46 + column * width
    return int(passes * (load + depth * channel))

"""CONV_2D of any shape by one window at a time: `tcnn_conv_2d_windows_s8_dsp`.

Weights are bytes, so no sum is too large, and every channel has its own shift in both
directions. 30 cycles for four inputs of four channels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.convolution import ConvAttrs, convolution_window
from tinycnn.compiler.operators.shared.folded_channels import fold_channels
from tinycnn.compiler.operators.shared.windows import (
    WindowShape,
    count_dot,
    find_window_memory,
    pack_channels,
    pack_weights,
    padded_size,
    window_scratch,
    window_shape,
)

__all__ = ["conv_windows", "windows_kernel"]

_FUNCTION = "tcnn_conv_2d_windows_s8_dsp"


@dataclass(frozen=True, slots=True)
class WindowsParams(Params):
    """What the kernel takes: conv_2d.h."""

    ctype = "tcnn_conv_2d_windows_params_t"
    conv: WindowShape
    groups: int
    size: int


def conv_windows(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where its arithmetic is exact for `node`."""
    return windows_kernel(node, axis=0)


def windows_kernel(node: Node, *, axis: int) -> Kernel | None:
    """The same for weights whose output channels are that axis."""
    w, attrs = node.input(1), node.attrs(ConvAttrs)
    channels = fold_channels(node, axis=axis, shifts_left=True)
    assert w.data is not None
    data = np.moveaxis(w.data, axis, 0).reshape(node.output().shape[3], -1)
    depth = data.shape[1] // math.prod(w.shape[1:3])
    groups = node.input().shape[3] // depth
    filters = np.split(data, groups)
    size = padded_size(data.shape[1])
    weights = np.stack([pack_weights(part) for part in filters])
    constants = np.stack(
        [pack_channels(part.bias, part) for part in channels.split(groups)]
    )
    shape = window_shape(node, convolution_window(node), attrs.clamp)

    def lower(lowering: Lowering, node: Node) -> None:
        lowering.call(
            node,
            _FUNCTION,
            WindowsParams(shape, groups, size),
            lowering.array(node, "weights", "int32_t", weights),
            lowering.array(node, "constants", "int32_t", constants),
            find_window_memory(lowering, node),
        )

    return Kernel(
        function=_FUNCTION,
        cycles=_count_cycles(node, depth),
        constant_bytes=4 * (weights.size + constants.size),
        scratch_bytes=window_scratch(groups * size),
        lower=lower,
        code_bytes=1_300,
        flash_reads=math.prod(node.output().shape[:3])
        * (weights.size + constants.size),
    )


def _count_cycles(node: Node, depth: int) -> int:
    """Of each pixel: gathering, then the channels of each group."""
    _, rows, columns, _ = node.input(1).shape
    channels, groups = node.output().shape[3], node.input().shape[3] // depth
    is_run = groups == node.attrs(ConvAttrs).dilation[1] == 1
    runs = groups * rows * (1 if is_run else columns)
    run = depth * (columns if is_run else 1)
    gather = groups * (30 + 25 * rows) + runs * (34 + 1.9 * run)
    dots = groups * count_dot(rows * columns * depth, channels // groups)
    return int(node.output().size // channels * (gather + dots + 40))

"""What kernels that multiply one window at a time share: windows.h and dot.h."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Clamp
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.folded_channels import (
    FoldedChannels,
    Integers,
)
from tinycnn.compiler.operators.shared.window import Window, image_shape

__all__ = [
    "FOUR",
    "STACK_BYTES",
    "WindowShape",
    "count_dot",
    "find_window_memory",
    "fold_starts",
]
__all__ += [
    "pack_channels",
    "pack_rows",
    "pack_weights",
    "padded_size",
    "window_scratch",
]
__all__ += ["window_shape"]

Words = NDArray[np.int32]

FOUR = 4  # channels, and bytes of a window, at a time
STACK_BYTES = 600  # of windows that need no scratch memory


@dataclass(frozen=True, slots=True)
class WindowShape(Params):
    """What such kernels are told of the convolution: convolution.h."""

    ctype = "tcnn_window_shape_t"
    input_height: int
    input_width: int
    input_channels: int
    output_height: int
    output_width: int
    output_channels: int
    kernel_height: int
    kernel_width: int
    stride_height: int
    stride_width: int
    dilation_height: int
    dilation_width: int
    pad_top: int
    pad_left: int
    input_zero_point: int
    clamp_min: int
    clamp_max: int


def window_shape(node: Node, window: Window, clamp: Clamp) -> WindowShape:
    """That of a node with inputs in the order activation, weights, bias."""
    return WindowShape(
        *image_shape(node.input()),
        *image_shape(node.output()),
        *window.size,
        *window.stride,
        *window.dilation,
        *window.padding[:2],
        node.input().zero_point,
        *clamp,
    )


def padded_size(size: int) -> int:
    """Bytes of a window, or channels, filled up to fours; at least one four."""
    return max(-(-size // FOUR), 1) * FOUR


def pack_weights(weights: NDArray[np.generic]) -> Words:
    """Weights of shape (channels, ...) as words, with channels up to a four."""
    return pack_rows(weights, padded_size(len(weights)))


def pack_rows(weights: NDArray[np.generic], rows: int) -> Words:
    """Weights of shape (channels, ...), each channel filled up to words."""
    flat = weights.reshape(len(weights), -1)
    packed = np.zeros((rows, padded_size(flat.shape[1])), np.int8)
    packed[: flat.shape[0], : flat.shape[1]] = flat
    return packed.view("<i4")


def pack_channels(starts: Integers, channels: FoldedChannels) -> Integers:
    """The constants of the channels, of which each start is of `starts`."""
    rescaling = (
        channels.multiplier,
        channels.offset,
        channels.left,
        channels.shift,
        -(channels.shift > 0).astype(np.int64),
    )
    table = np.stack(rescaling, axis=1)
    rest = padded_size(len(starts)) - len(starts)
    groups = [
        np.pad(part, ((0, rest), (0, 0))).reshape(-1, FOUR * part.shape[1])
        for part in (starts[:, None], table)
    ]
    return np.concatenate(groups, axis=1)


def fold_starts(node: Node, sums: Integers) -> Integers:
    """What the sums over raw inputs start from: the bias less the zero point's part.

    Args:
        node: Its inputs are activation, weights and, where there is one, a bias.
        sums: Of weights; the last axis is the output channel.
    """
    bias = node.optional_input(2)
    starts = -node.input().zero_point * sums
    if bias is not None and bias.data is not None:
        starts = starts + bias.data.reshape(-1).astype(np.int64)
    return starts.astype(np.int32).astype(np.int64)


def count_dot(size: int, channels: int) -> float:
    """Cycles of one window for so many channels."""
    group = 92 + 30 * (padded_size(size) // FOUR)
    return 60 + math.ceil(channels / FOUR) * group + (channels % FOUR > 0) * 35


def window_scratch(size: int) -> int:
    """Scratch memory for windows of so many bytes."""
    return size if size > STACK_BYTES else 0


def find_window_memory(lowering: Lowering, node: Node) -> str:
    """The C name of the scratch memory, NULL without."""
    return "NULL" if node.op.scratch is None else lowering.scratch(node)

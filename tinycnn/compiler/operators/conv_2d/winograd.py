"""CONV_2D 3x3, stride 1, with 36 products for 144: `tcnn_conv_2d_winograd_s8_dsp`.

Winograd's F(4x4, 3x3) on integers. A tile of 4 x 4 outputs comes from 6 x 6 inputs
u = x + 128, with B and G below, A' and d = (24, 12, 6, 6) as in the kernel:

    A' ((G w G^T) * (B u B^T)) A'^T = (d d^T) * outputs

G is Winograd's with its rows times (24, 6, 6, 24, 24, 6), and the columns of A' are
divided by the same, its rows multiplied by d. It is exact because

- V = B u B^T is within [-12750, 17340] for u within [0, 255]: 10 is the sum of the
  absolute values in a row of B, 8 and 2 those of the signs in its second row. With
  SHIFT added it is within [50, 30140], so it fits 16 bits and is positive;
- G w G^T is within 49 * 128, as 7 is the sum of the absolute values in a row of G;
- sums and the output transform may wrap: modulo 2^32, division by 9 is multiplication
  by its inverse, and leaves 2^n * output, n at most 6. That fits 32 bits if outputs are
  below 2^25, which is checked for every layer.

SHIFT at pixels (4..5, 4..5) of the low lanes' channels adds SHIFT to every element of
V, as columns 4 and 5 of B sum to 1 in every row; the products of these pixels with the
weights are taken from the outputs (2..3, 2..3) that read them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel, keep_weights
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.compiler.operators.shared.folded_channels import (
    FoldedChannels,
    Integers,
    fold_channels,
)
from tinycnn.compiler.operators.shared.window import image_shape

__all__ = ["conv_winograd"]

_G = np.array([[6, 0, 0], [-1, -1, -1], [-1, 1, -1], [1, 2, 4], [1, -2, 4], [0, 0, 6]])
_SHIFT = 12800  # of the low lanes
_LARGEST_SUM = 1 << 25  # 64 times it fits 32 bits
_POSITIONS = 36


@dataclass(frozen=True, slots=True)
class WinogradParams(Params):
    """What the kernel takes: conv_2d.h."""

    ctype = "tcnn_conv_2d_winograd_dsp_params_t"
    input_height: int
    input_width: int
    input_channels: int
    output_height: int
    output_width: int
    output_channels: int
    pad_top: int
    pad_left: int
    input_zero_point: int
    tiles_at_once: int
    room_bytes: int
    clamp_min: int
    clamp_max: int
    kept_words: int


def conv_winograd(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where its arithmetic is exact for `node`."""
    x, w, y, attrs = node.input(), node.input(1), node.output(), node.attrs(ConvAttrs)
    if (
        w.shape[1:] != (3, 3, x.shape[3])
        or attrs.stride != (1, 1)
        or attrs.dilation != (1, 1)
    ):
        return None
    channels = fold_channels(node, axis=0)
    channels.check_largest(_LARGEST_SUM)
    assert w.data is not None
    stream = _pack(w.data.astype(np.int64), channels)

    def build(kept_words: int) -> Kernel:
        def lower(lowering: Lowering, node: Node) -> None:
            lowering.call(
                node,
                "tcnn_conv_2d_winograd_s8_dsp",
                WinogradParams(
                    *image_shape(x),
                    *image_shape(y),
                    *attrs.padding[:2],
                    x.zero_point,
                    _tiles_at_once(node),
                    _count_room(node),
                    *attrs.clamp,
                    kept_words,
                ),
                lowering.array(node, "weights", "int32_t", stream),
                lowering.scratch(node),
            )

        return Kernel(
            function="tcnn_conv_2d_winograd_s8_dsp",
            cycles=_count_cycles(node),
            constant_bytes=4 * stream.size,
            scratch_bytes=_count_scratch(node),
            lower=lower,
            code_bytes=6_200,
            flash_reads=-(-_count_tiles(node) // 2) * stream.size,
        )

    return keep_weights(build, stream.size)


def _pack(weights: Integers, channels: FoldedChannels) -> Integers:
    """One group after the other: 36 positions of words, constants of the channels."""
    outputs, _, _, depth = weights.shape
    padded = np.pad(weights, ((0, -outputs % 4), (0, 0), (0, 0), (0, -depth % 4)))
    groups = len(padded) // 4
    quads = padded.reshape(groups, 4, 3, 3, -1, 4)
    # by group, row, column, quad of input channels, channel of the quad, output channel
    elements = np.einsum("ra,goabqc,sb->grsqco", _G, quads, _G)
    words = (elements[..., :2, :] & 0xFFFF) | (elements[..., 2:, :] & 0xFFFF) << 16
    constants = np.pad(_constants(weights, channels), ((0, -outputs % 4), (0, 0)))
    parts = [words.reshape(groups, -1), constants.reshape(groups, -1)]
    return np.concatenate(parts, axis=1).astype(np.uint32).astype(np.int32)


def _constants(weights: Integers, channels: FoldedChannels) -> Integers:
    """Eight words an output channel."""
    low = weights[..., np.arange(weights.shape[3]) % 4 < 2].sum(axis=3)
    shifted = [low[:, i:, j:].sum(axis=(1, 2)) for i in (2, 1) for j in (2, 1)]
    bias = channels.bias - 128 * weights.sum(axis=(1, 2, 3))
    parts = [36 * bias, *(-4 * _SHIFT * sums for sums in shifted)]
    return np.concatenate([channels.requantization(), np.stack(parts, axis=1)], axis=1)


def _round_up(size: int) -> int:
    return -(-size // 4) * 4


def _tiles_at_once(node: Node) -> int:
    """Half a row: 1 % slower than the whole at once, in a fifth less memory."""
    return -(-node.output().shape[2] // 8)


def _count_room(node: Node) -> int:
    """Sums of two tiles and 16 pixels of output; before that, pixels of input."""
    pixels = max(4 * _tiles_at_once(node), 7)
    return max(2 * 4 * 4 * _POSITIONS + 64, pixels * _round_up(node.input().shape[3]))


def _count_saved(node: Node) -> int:
    """Bytes of three rows beyond the columns that are transformed first."""
    _, _, width, depth = node.input().shape
    first = 4 * _tiles_at_once(node) + 2 - node.attrs(ConvAttrs).padding[1]
    return 3 * depth * max(width - max(first, 0), 0)


def _count_scratch(node: Node) -> int:
    """Transformed columns, both tiles, room, and what is saved of rows."""
    columns = 4 * _tiles_at_once(node) + 2
    words = (3 * columns + _POSITIONS) * _round_up(node.input().shape[3])
    return 4 * words + _count_room(node) + _count_saved(node)


def _count_tiles(node: Node) -> int:
    _, height, width, _ = node.output().shape
    return _round_up(height) // 4 * (_round_up(width) // 4)


def _count_cycles(node: Node) -> int:
    """Rows of tiles, tiles, and groups of output channels for two tiles at a time."""
    _, _, width, depth = node.input().shape
    _, output_height, output_width, channels = node.output().shape
    pairs = _round_up(depth) // 2
    rows, columns = _round_up(output_height) // 4, _round_up(output_width) // 4
    groups, tiles = _round_up(channels) // 4, _count_tiles(node)
    whole = 0 if channels % 4 else output_height // 4 * (output_width // 4)
    beside = 4 * columns + 2 - width
    load = 750 + (4 * columns + 3) * 34 * pairs + 110 * beside + _count_saved(node)
    if depth % 4:  # pixels are copied
        load += width * (430 + 22 * depth)
    multiply = 60 + 36 * (19 + 16 * pairs + (pairs - 2) // 16 * 12)
    finish = 1475 * tiles + 270 * (tiles - whole)
    return (
        rows * load
        + tiles * (90 + 170 * pairs)
        + groups * (-(-tiles // 2) * multiply + finish)
    )

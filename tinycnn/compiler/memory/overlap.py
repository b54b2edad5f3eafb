"""How far a kernel's output may reach into its own input.

The portable kernels write their output front to back, and before they write element j
they have read what the elements up to j need. So output element j may lie on bytes that
only elements 0 to j read. From the last output element that reads each input element
follow two distances: the output may start at least `below` bytes below the start of the
input, or at least `above` bytes above it. Both are the smallest that are safe.

The table below states the order of the kernels in `firmware/kernels`; a kernel that is
not in it keeps its input and output apart. A kernel that reads or writes in another
order needs an entry of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.pad import PadAttrs
from tinycnn.compiler.operators.pool.rules import PoolAttrs
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.compiler.operators.shared.window import Extent, Sides

__all__ = ["Clearance", "find_clearance", "has_many_reads"]

MAX_READS = 1 << 28  # beyond, input and output are kept apart: proofs take too long

LastReaders = NDArray[np.int64]  # by input element; -1 where nothing reads it


@dataclass(frozen=True, slots=True)
class Clearance:
    """Bytes from the start of an input to the start of an output.

    Attributes:
        below: `output offset <= input offset - below` is safe; may be negative.
        above: So is `output offset >= input offset + above`.
    """

    below: int
    above: int

    def widen(self, other: Clearance) -> Clearance:
        """What satisfies both."""
        return Clearance(max(self.below, other.below), max(self.above, other.above))


def find_clearance(node: Node, number: int = 0, output_number: int = 0) -> Clearance:
    """How near an output of `node` may come to its input of that number."""
    x, y = node.input(number), node.output(output_number)
    if node.op.kind == "MOVE":  # of memory in any place, by memmove
        return Clearance(below=-x.bytes, above=x.bytes)
    rule = None if has_many_reads(node) else _LAST_READERS.get(node.op.kind)
    last = rule(node, x) if rule and len(node.op.outputs) == 1 else None
    if last is None or last.size != x.size:
        return Clearance(below=y.bytes, above=x.bytes)
    last = last.reshape(-1)
    read = np.flatnonzero(last > 0)  # what element 0 reads is read before any write
    if not read.size:
        return Clearance(below=-x.bytes, above=x.bytes)
    width, output_width = x.bytes // x.size, y.bytes // y.size
    below = int(np.max(last[read] * output_width - read * width))
    return Clearance(below=below, above=int(read[-1] + 1) * width)


def has_many_reads(node: Node) -> bool:
    """Whether the windows of an operator are too many to be looked at one by one."""
    attrs = node.op.attrs
    if isinstance(attrs, PoolAttrs):
        window = attrs.window
    elif isinstance(attrs, ConvAttrs):
        window = node.input(1).shape[1], node.input(1).shape[2]
    else:
        return False
    x, y = node.input(), node.output()
    pixels = y.size // y.shape[-1]
    return pixels * math.prod(window) * max(x.shape[-1], y.shape[-1]) > MAX_READS


def _elementwise(node: Node, x: Tensor) -> LastReaders | None:
    """Element i is read, then written; broadcast inputs are read again and again."""
    same = x.size == node.output().size
    return np.arange(x.size, dtype=np.int64) if same else None


def _conv(node: Node, x: Tensor) -> LastReaders:
    """A pixel's channels are written in turn, each from all channels of the input."""
    channels = node.output().shape[3]
    pixels = _conv_pixels(node)[:, :, None]
    last = np.where(pixels < 0, -1, pixels * channels + channels - 1)
    return np.broadcast_to(last, x.shape[1:])


def _depthwise(node: Node, x: Tensor) -> LastReaders:
    """A pixel's channels are written in turn, each from one channel of the input."""
    channels = node.output().shape[3]
    multiplier = channels // x.shape[3]
    inside = np.arange(x.shape[3], dtype=np.int64) * multiplier + multiplier - 1
    pixels = _conv_pixels(node)[:, :, None]
    return np.where(pixels < 0, -1, pixels * channels + inside)


def _pool(node: Node, x: Tensor) -> LastReaders:
    attrs, channels = node.attrs(PoolAttrs), x.shape[3]
    pixels = _last_pixels(node, attrs.window, attrs.stride, (1, 1), attrs.padding)
    inside = np.arange(channels, dtype=np.int64)
    return np.where(pixels[:, :, None] < 0, -1, pixels[:, :, None] * channels + inside)


def _fully_connected(node: Node, x: Tensor) -> LastReaders:
    """A row of the output takes the whole row of the input."""
    channels, depth = node.input(1).shape
    rows = np.arange(x.size // depth, dtype=np.int64)
    return np.repeat(rows * channels + channels - 1, depth)


def _reduction(node: Node, x: Tensor) -> LastReaders | None:
    """The kept dimensions in order; for each of their elements all that is reduced."""
    axes = node.input(1).data
    if axes is None:
        return None
    reduced = {int(axis) % len(x.shape) for axis in axes.reshape(-1)}
    kept = [1 if axis in reduced else size for axis, size in enumerate(x.shape)]
    last = np.arange(node.output().size, dtype=np.int64).reshape(kept)
    return np.broadcast_to(last, x.shape)


def _pad(node: Node, x: Tensor) -> LastReaders:
    """Elements are copied in order, the padding written between them."""
    y = node.output()
    padding = node.attrs(PadAttrs).padding
    window = tuple(
        slice(before, before + size)
        for (before, _), size in zip(padding, x.shape, strict=True)
    )
    return np.arange(y.size, dtype=np.int64).reshape(y.shape)[window]


_ELEMENTWISE = """
    ABS ADD DEQUANTIZE HARD_SWISH LEAKY_RELU LOGISTIC MAXIMUM MINIMUM MUL PRELU
    QUANTIZE RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 SUB TANH
""".split()
_REDUCTIONS = "MEAN REDUCE_MAX REDUCE_MIN SUM".split()
_LAST_READERS: Mapping[str, Callable[[Node, Tensor], LastReaders | None]] = (
    MappingProxyType(
        {
            **dict.fromkeys(_ELEMENTWISE, _elementwise),
            **dict.fromkeys(_REDUCTIONS, _reduction),
            "AVERAGE_POOL_2D": _pool,
            "CONV_2D": _conv,
            "DEPTHWISE_CONV_2D": _depthwise,
            "FULLY_CONNECTED": _fully_connected,
            "MAX_POOL_2D": _pool,
            "PAD": _pad,
            "SOFTMAX": _elementwise,  # a row is summed before any of it is written
        }
    )
)


def _conv_pixels(node: Node) -> LastReaders:
    attrs, weights = node.attrs(ConvAttrs), node.input(1).shape
    window = (weights[1], weights[2])
    return _last_pixels(node, window, attrs.stride, attrs.dilation, attrs.padding)


def _last_pixels(
    node: Node, window: Extent, stride: Extent, dilation: Extent, padding: Sides
) -> LastReaders:
    """For each input pixel the number of the last output pixel whose window has it."""
    rows, columns = (
        _last_windows(
            node.input().shape[1 + axis],
            node.output().shape[1 + axis],
            np.arange(window[axis]) * dilation[axis] - padding[axis],
            stride[axis],
        )
        for axis in (0, 1)
    )
    pixels = rows[:, None] * node.output().shape[2] + columns[None, :]
    return np.where((rows[:, None] < 0) | (columns[None, :] < 0), -1, pixels)


def _last_windows(
    size: int, windows: int, taps: NDArray[np.int64], stride: int
) -> LastReaders:
    """The same along one axis; window w reads `w * stride + tap` for each tap."""
    last = np.full(size, -1, np.int64)
    for window in range(windows):
        reads = window * stride + taps
        last[reads[(reads >= 0) & (reads < size)]] = window
    return last

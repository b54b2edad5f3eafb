"""What each kernel reads, in the order of its loops: the facts that prove a plan.

In: a node. Out: for each of its inputs, chunks of element numbers with the moment at
which each is read. The clock counts output elements: a read for output element j
happens at moment j, just before that element is written. Nothing is summed up or
inverted here; each tap of each window is listed as the C code visits it, so that an
error in the rules of `overlap` cannot hide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.memory.overlap import has_many_reads
from tinycnn.compiler.operators.pad import PadAttrs
from tinycnn.compiler.operators.pool.rules import PoolAttrs
from tinycnn.compiler.operators.shared.convolution import ConvAttrs

__all__ = ["Reads", "list_reads"]

Reads = Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]  # elements, moments


def list_reads(node: Node, number: int) -> Reads:
    """Elements of an input and the moments of their reads.

    An operator that is not known here reads everything after its last write: nothing
    of its input may be overwritten.
    """
    x, rule = node.input(number), _READS.get(node.op.kind)
    if rule is None or len(node.op.outputs) > 1 or has_many_reads(node):
        late = max(output.size for output in _outputs(node))
        return iter([(np.arange(x.size), np.full(x.size, late))])
    return rule(node, x)


def _outputs(node: Node) -> list[Tensor]:
    return [node.output(number) for number in range(len(node.op.outputs))]


def _read_elementwise(node: Node, x: Tensor) -> Reads:
    """`output[i]` from `input[i]`; of another size, all is needed to the end."""
    moments = np.arange(x.size)
    if x.size != node.output().size:
        moments = np.full(x.size, node.output().size)
    yield np.arange(x.size), moments


def _read_softmax(node: Node, x: Tensor) -> Reads:
    """A row is read twice before its first element is written, then once again."""
    elements = np.arange(x.size)
    yield elements, elements // x.shape[-1] * x.shape[-1]
    yield elements, elements


def _read_conv(node: Node, x: Tensor) -> Reads:
    """All input channels for each output channel; the last one reads them last."""
    attrs, w, y = node.attrs(ConvAttrs), node.input(1), node.output()
    offsets = _pixel_offsets(y)
    channels = np.arange(x.shape[3])
    for tap in product(range(w.shape[1]), range(w.shape[2])):
        pixels, sources = _taps(node, tap, attrs.stride, attrs.dilation, attrs.padding)
        moments = offsets[pixels] + y.shape[3] - 1
        elements = sources[:, None] * x.shape[3] + channels
        yield elements, np.broadcast_to(moments[:, None], elements.shape)


def _read_depthwise(node: Node, x: Tensor) -> Reads:
    """Output channel c from input channel `c / depth multiplier`."""
    attrs, w, y = node.attrs(ConvAttrs), node.input(1), node.output()
    offsets = _pixel_offsets(y)
    channels = np.arange(y.shape[3])
    multiplier = y.shape[3] // x.shape[3]
    for tap in product(range(w.shape[1]), range(w.shape[2])):
        pixels, sources = _taps(node, tap, attrs.stride, attrs.dilation, attrs.padding)
        moments = offsets[pixels][:, None] + channels
        yield sources[:, None] * x.shape[3] + channels // multiplier, moments


def _read_pool(node: Node, x: Tensor) -> Reads:
    """Channel by channel."""
    attrs, y = node.attrs(PoolAttrs), node.output()
    offsets = _pixel_offsets(y)
    channels = np.arange(y.shape[3])
    for tap in product(range(attrs.window[0]), range(attrs.window[1])):
        pixels, sources = _taps(node, tap, attrs.stride, (1, 1), attrs.padding)
        elements = sources[:, None] * x.shape[3] + channels
        yield elements, offsets[pixels][:, None] + channels


def _read_fully_connected(node: Node, x: Tensor) -> Reads:
    """The whole row for each output channel."""
    channels, depth = node.input(1).shape
    rows = np.arange(x.size).reshape(-1, depth)
    for number, row in enumerate(rows):
        yield row, np.full(depth, (number + 1) * channels - 1)


def _read_reduction(node: Node, x: Tensor) -> Reads:
    """For each kept element, in order, all that is reduced to it."""
    axes = node.input(1).data
    assert axes is not None
    reduced = sorted({int(axis) % len(x.shape) for axis in axes.reshape(-1)})
    kept = [axis for axis in range(len(x.shape)) if axis not in reduced]
    order = np.arange(x.size).reshape(x.shape).transpose(*kept, *reduced)
    elements = order.reshape(node.output().size, -1)
    moments = np.arange(node.output().size)[:, None]
    yield elements, np.broadcast_to(moments, elements.shape)


def _read_move(node: Node, x: Tensor) -> Reads:
    """A memmove: as if all were read before anything is written."""
    yield np.arange(x.size), np.zeros(x.size, np.int64)


def _read_pad(node: Node, x: Tensor) -> Reads:
    """The output in order; where it is inside, the next input element."""
    inside = np.pad(np.ones(x.shape, bool), node.attrs(PadAttrs).padding)
    yield np.arange(x.size), np.flatnonzero(inside)


_ELEMENTWISE = """
    ABS ADD DEQUANTIZE HARD_SWISH LEAKY_RELU LOGISTIC MAXIMUM MINIMUM MUL PRELU
    QUANTIZE RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 SUB TANH
""".split()
_REDUCTIONS = "MEAN REDUCE_MAX REDUCE_MIN SUM".split()
_READS: Mapping[str, Callable[[Node, Tensor], Reads]] = MappingProxyType(
    {
        **dict.fromkeys(_ELEMENTWISE, _read_elementwise),
        **dict.fromkeys(_REDUCTIONS, _read_reduction),
        "AVERAGE_POOL_2D": _read_pool,
        "CONV_2D": _read_conv,
        "DEPTHWISE_CONV_2D": _read_depthwise,
        "FULLY_CONNECTED": _read_fully_connected,
        "MAX_POOL_2D": _read_pool,
        "MOVE": _read_move,
        "PAD": _read_pad,
        "SOFTMAX": _read_softmax,
    }
)


def _pixel_offsets(y: Tensor) -> NDArray[np.int64]:
    """The first element of each output pixel."""
    return np.arange(y.shape[1] * y.shape[2]) * y.shape[3]


def _taps(
    node: Node,
    tap: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: tuple[int, int, int, int],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Output pixels whose window has `tap` inside the image, and the pixels there."""
    (_, height, width, _), (_, rows, columns, _) = (
        node.input().shape,
        node.output().shape,
    )
    oy, ox = np.divmod(np.arange(rows * columns), columns)
    y = oy * stride[0] - padding[0] + tap[0] * dilation[0]
    x = ox * stride[1] - padding[1] + tap[1] * dilation[1]
    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    return np.flatnonzero(inside), (y * width + x)[inside]

"""Which channels of which activations hold one value whatever the input.

In: a graph. Out: for each int8 activation its channels (last axis), the value of those
that are constant and NaN for the others. A constant starts at a filter whose weights
are all zero. A value counts only if every way to round gives it, so that the result
holds under all numerics; beside padding, only if all pixels have it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.concatenation import ConcatenationAttrs
from tinycnn.compiler.operators.pool.rules import PoolAttrs
from tinycnn.compiler.operators.reduce.loops import ReduceAttrs
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.compiler.operators.shared.weights import real_multipliers

__all__ = ["Channels", "filter_weights", "find_constant_channels", "sum_taps"]

Channels = NDArray[np.float64]
_Numbers = NDArray[np.int64]

_INT8 = (-128, 127)
_MAX_ZONES = 64  # more kinds of border pixels than real windows have
_SLACK = 4  # accumulator steps
_ADD_UNITS = 1 << 20  # the fixed-point steps of an ADD's input


def find_constant_channels(graph: Graph) -> dict[int, Channels]:
    """The channels of every activation by tensor id; NaN where not constant."""
    known = {t: _unknown(graph.tensors[t].shape) for t in graph.inputs}
    for op in graph.ops:
        node = Node(graph, op)
        for tensor in op.outputs:
            known[tensor] = _unknown(graph.tensors[tensor].shape)
        rule = _reshape if OPERATORS[op.kind].is_alias else _RULES.get(op.kind)
        if rule and node.output().dtype == "int8":
            known[op.outputs[0]] = rule(node, known)
    return known


def filter_weights(node: Node) -> NDArray[np.generic] | None:
    """Weights of a CONV_2D or FULLY_CONNECTED: output, rows, columns, input channel.

    A FULLY_CONNECTED takes the pixels of an image as the columns of its window. None if
    the operator's inputs are not whole pixels.
    """
    w, channels = node.input(1), node.input().shape[-1]
    if w.data is None or w.shape[-1] % channels:
        return None
    window = w.shape[1:3] if node.op.kind == "CONV_2D" else (1, w.shape[1] // channels)
    return w.data.reshape(w.shape[0], *window, channels)


def sum_taps(node: Node, weights: NDArray[np.generic]) -> _Numbers | None:
    """Sums of `weights` over the taps inside the image, one a kind of pixel.

    Args:
        node: A convolution or FULLY_CONNECTED.
        weights: Any axis, rows, columns, any axis.

    Returns:
        Kind of pixel, then both other axes; None if there are too many kinds.
    """
    rows, columns = _find_zones(node, weights.shape[1:3])
    zones = len(rows) * len(columns)
    if zones > _MAX_ZONES:
        return None
    values = weights.astype(np.int64)
    sums: _Numbers = np.einsum("rh,sw,ohwc->rsoc", rows, columns, values)
    return sums.reshape(zones, weights.shape[0], weights.shape[3])


def _find_zones(node: Node, window: tuple[int, ...]) -> tuple[_Numbers, _Numbers]:
    """Which rows and which columns of a window are inside, for each kind of pixel."""
    if not isinstance(node.op.attrs, ConvAttrs):
        return np.ones((1, window[0]), np.int64), np.ones((1, window[1]), np.int64)
    attrs, zones = node.op.attrs, []
    for axis in (0, 1):
        origins = np.arange(node.output().shape[1 + axis]) * attrs.stride[axis]
        taps = np.arange(window[axis]) * attrs.dilation[axis] - attrs.padding[axis]
        places = origins[:, np.newaxis] + taps
        inside = (places >= 0) & (places < node.input().shape[1 + axis])
        zones.append(np.unique(inside, axis=0).astype(np.int64))
    return zones[0], zones[1]


def _filters(node: Node, known: Mapping[int, Channels]) -> Channels:
    """CONV_2D, FULLY_CONNECTED: filters that read nothing but constants."""
    x, weights = known[node.input().id], filter_weights(node)
    result = _unknown(node.output().shape)
    if weights is None:
        return result
    is_read = np.any(weights != 0, axis=(1, 2))
    constant = ~np.any(is_read & np.isnan(x), axis=1)
    sums = sum_taps(node, weights[constant])
    if sums is not None:
        totals = sums @ _above_zero_point(node, x) + _bias(node)[constant]
        reals = np.broadcast_to(real_multipliers(node), len(result))[constant]
        result[constant] = _same(_settle(node, totals, reals))
    return result


def _depthwise(node: Node, known: Mapping[int, Channels]) -> Channels:
    x, result = known[node.input().id], _unknown(node.output().shape)
    data = node.input(1).data
    assert data is not None
    source = np.repeat(x, len(result) // len(x))
    constant = ~(np.any(data[0] != 0, axis=(0, 1)) & np.isnan(source))
    sums = sum_taps(node, data[..., constant])
    if sums is not None:
        above = _above_zero_point(node, source)[constant]
        totals = sums[:, 0] * above + _bias(node)[constant]
        reals = np.broadcast_to(real_multipliers(node), len(result))[constant]
        result[constant] = _same(_settle(node, totals, reals))
    return result


def _pool(node: Node, known: Mapping[int, Channels]) -> Channels:
    return np.clip(known[node.input().id], *node.attrs(PoolAttrs).clamp)


def _mean(node: Node, known: Mapping[int, Channels]) -> Channels:
    x, y, axes = node.input(), node.output(), node.attrs(ReduceAttrs).axes
    if len(x.shape) - 1 in axes:
        return _unknown(y.shape)
    count = math.prod(x.shape[a] for a in axes)
    sums = (known[x.id] - x.zero_point) * count
    return _settle(node, sums, np.array(x.scale / y.scale / count))


def _hard_swish(node: Node, known: Mapping[int, Channels]) -> Channels:
    """What is 0 stays 0."""
    x, y = node.input(), node.output()
    return np.where(known[x.id] == x.zero_point, y.zero_point, np.nan)


def _add(node: Node, known: Mapping[int, Channels]) -> Channels:
    a, b, y = node.input(0), node.input(1), node.output()
    if not (a.shape == b.shape == y.shape and a.id in known and b.id in known):
        return _unknown(y.shape)
    unit = 2 * max(a.scale, b.scale) / _ADD_UNITS
    sums = (
        a.scale * (known[a.id] - a.zero_point) + b.scale * (known[b.id] - b.zero_point)
    ) / unit
    return _settle(node, sums, np.array(unit / y.scale))


def _concatenation(node: Node, known: Mapping[int, Channels]) -> Channels:
    y, last = node.output(), len(node.output().shape) - 1
    if not all(i in known for i in node.op.inputs):
        return _unknown(y.shape)
    parts = [known[i] for i in node.op.inputs]
    if node.attrs(ConcatenationAttrs).axis == last:
        return np.concatenate(parts)
    return _same(np.array(parts))


def _reshape(node: Node, known: Mapping[int, Channels]) -> Channels:
    x, y = node.input(), node.output()
    if x.id not in known or not x.shape or not y.shape:
        return _unknown(y.shape)
    period = math.lcm(x.shape[-1], y.shape[-1])  # of elements, in both shapes
    return _same(np.resize(known[x.id], period).reshape(-1, y.shape[-1]))


_RULES: Mapping[str, Callable[[Node, Mapping[int, Channels]], Channels]] = (
    MappingProxyType(
        {
            "ADD": _add,
            "AVERAGE_POOL_2D": _pool,
            "CONCATENATION": _concatenation,
            "CONV_2D": _filters,
            "DEPTHWISE_CONV_2D": _depthwise,
            "FULLY_CONNECTED": _filters,
            "HARD_SWISH": _hard_swish,
            "MAX_POOL_2D": _pool,
            "MEAN": _mean,
        }
    )
)


def _unknown(shape: tuple[int, ...]) -> Channels:
    return np.full(shape[-1] if shape else 1, np.nan)


def _above_zero_point(node: Node, channels: Channels) -> _Numbers:
    """How far constant inputs are above the zero point; 0 for the others."""
    zero_point = node.input().zero_point
    return np.nan_to_num(channels - zero_point, nan=0.0).astype(np.int64)


def _bias(node: Node) -> _Numbers:
    bias = node.optional_input(2)
    if bias is None or bias.data is None:
        return np.zeros(node.output().shape[-1], np.int64)
    return bias.data.reshape(-1).astype(np.int64)


def _settle(node: Node, sums: Channels | _Numbers, reals: Channels) -> Channels:
    """The outputs for accumulators `sums`; NaN where roundings may differ.

    No rounding that a reference uses is off by as much as `_SLACK` accumulator steps.
    """
    zero_point = node.output().zero_point
    clamp = getattr(node.op.attrs, "clamp", _INT8)
    low, high = (
        np.clip(np.floor((sums + slack) * reals + 0.5) + zero_point, *clamp)
        for slack in (-_SLACK, _SLACK)
    )
    return np.where(low == high, low, np.nan)


def _same(rows: Channels) -> Channels:
    """Values that all rows share; NaN where they differ."""
    return np.where(np.all(rows == rows[0], axis=0), rows[0], np.nan)

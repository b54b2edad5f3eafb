"""From an operator of a graph to its layer in real numbers.

An operator that is not in the table, or in a form that no rule knows, has none: what
lies behind it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from tinycnn.compiler.ir.graph import ClampedAttrs, Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.concatenation import ConcatenationAttrs
from tinycnn.compiler.operators.lookup.relu import LeakyReluAttrs
from tinycnn.compiler.operators.pad import PadAttrs, PadV2Attrs
from tinycnn.compiler.operators.reduce.loops import ReduceAttrs
from tinycnn.compiler.operators.softmax import SoftmaxAttrs
from tinycnn.explorer.learned.real.layer import Array, Layer, to_real
from tinycnn.explorer.learned.real.moved import mirror, rearrange, take_slice
from tinycnn.explorer.learned.real.plain import (
    Combination,
    Concatenation,
    Dense,
    Each,
    Padded,
    Reshaped,
)
from tinycnn.explorer.learned.real.reduced import Extreme, Sum
from tinycnn.explorer.learned.real.vectors import LogSoftmax, Softmax, Unit
from tinycnn.explorer.learned.real.windows import (
    AveragePool,
    Convolution,
    DepthwiseConvolution,
    MaxPool,
    Slide,
)

__all__ = ["LINEAR", "RULES", "Reweigh", "find_layer", "find_limits"]

Reweigh: TypeAlias = Callable[[Array], Array]
LINEAR = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


def find_layer(node: Node, dtype: DTypeLike, reweigh: Reweigh) -> Layer | None:
    """The layer of an operator on activations of one input; None if none is known.

    Args:
        node: The operator.
        dtype: Of its constants.
        reweigh: What becomes of weights, their outputs along the last axis.
    """
    activations = (t for t in _tensors(node) if t.data is None)
    if any(t.shape[:1] != (1,) for t in (*activations, node.output())):
        return None
    if node.op.kind in LINEAR:
        return _find_linear(node, dtype, reweigh)
    rule = RULES.get(node.op.kind)
    return rule(node, dtype) if rule else None


def find_limits(node: Node) -> tuple[float, float]:
    """The least and the greatest number that its output can hold."""
    y = node.output()
    if y.dtype != "int8" or y.quant is None:
        return -np.inf, np.inf
    attrs = node.op.attrs
    clamp = attrs.clamp if isinstance(attrs, ClampedAttrs) else (-128, 127)
    low, high = to_real(y, np.array(clamp)).tolist()
    return low, high


def _tensors(node: Node) -> list[Tensor]:
    return [node.graph.tensors[i] for i in node.op.inputs if i >= 0]


def _find_linear(node: Node, dtype: DTypeLike, reweigh: Reweigh) -> Layer | None:
    x, weights = node.input(), node.input(1)
    if weights.data is None or weights.quant is None or x.quant is None:
        return None
    real: Array = to_real(weights, weights.data)
    if node.op.kind == "CONV_2D":
        real = _ungroup(real, x.shape[-1])
    is_depthwise = node.op.kind == "DEPTHWISE_CONV_2D"
    kernel = real.reshape(-1, real.shape[-1]) if is_depthwise else _outputs_last(real)
    kernel = reweigh(kernel).astype(dtype)
    bias = np.zeros(kernel.shape[1], dtype)
    given = node.optional_input(2)
    if given is not None and given.data is not None:
        bias = (given.data * np.array(weights.quant.scale) * x.scale).astype(dtype)
    slide = _slide(node)
    if slide is None:
        return Dense(kernel, bias, node.output().shape[1:])
    if is_depthwise:
        return DepthwiseConvolution(slide, kernel, bias)
    return Convolution(slide, kernel, bias)


def _ungroup(real: Array, channels: int) -> Array:
    """Weights of all input channels: those of other groups are zero."""
    outputs, *window, inputs = real.shape
    each = outputs * inputs // channels
    wide = np.zeros((outputs, *window, channels))
    for number, start in enumerate(range(0, channels, inputs)):
        group = slice(number * each, (number + 1) * each)
        wide[group, ..., start : start + inputs] = real[group]
    return wide


def _outputs_last(real: Array) -> Array:
    return real.reshape(len(real), -1).T


def _slide(node: Node) -> Slide | None:
    window = OPERATORS[node.op.kind].find_window(node)
    if window is None:
        return None
    _, rows, columns, _ = node.output().shape
    return Slide(window, (rows, columns))


def _pool(make: Callable[[Slide], Layer]) -> Rule:
    def rule(node: Node, dtype: DTypeLike) -> Layer | None:
        slide = _slide(node)
        return make(slide) if slide else None

    return rule


def _each(function: Callable[[Array], Array], slope: Callable[[Array], Array]) -> Rule:
    return lambda node, dtype: Each(function, slope)


def _combine(
    function: Callable[[Array, Array], Array],
    slopes: Callable[[Array, Array], tuple[Array, Array]],
) -> Rule:
    def rule(node: Node, dtype: DTypeLike) -> Layer | None:
        both = node.input(0), node.input(1)
        constants = [i for i, t in enumerate(both) if t.data is not None]
        rank = len(node.output().shape)
        if not constants:
            same_rank = all(len(t.shape) == rank for t in both)
            return Combination(function, slopes) if same_rank else None
        place = constants[0]
        data = both[place].data
        if len(constants) > 1 or data is None or len(both[1 - place].shape) != rank:
            return None
        real = to_real(both[place], data).astype(dtype)
        shape = (1,) * (rank - real.ndim) + real.shape
        return Combination(function, slopes, real.reshape(shape), place)

    return rule


def _concatenate(node: Node, dtype: DTypeLike) -> Layer | None:
    axis = node.attrs(ConcatenationAttrs).axis
    is_known = axis > 0 and all(t.data is None for t in _tensors(node))
    return Concatenation(axis) if is_known else None


def _reduce(make: Callable[[tuple[int, ...], tuple[int, ...], int], Layer]) -> Rule:
    """A layer of the axes that go, the shape that stays, and how many become one."""

    def rule(node: Node, dtype: DTypeLike) -> Layer | None:
        axes, y = node.attrs(ReduceAttrs).axes, node.output()
        if 0 in axes:
            return None
        return make(axes, y.shape[1:], node.input().size // y.size)

    return rule


def _pad(node: Node, dtype: DTypeLike) -> Layer | None:
    attrs, value = node.op.attrs, 0.0
    assert isinstance(attrs, PadAttrs | PadV2Attrs)
    if isinstance(attrs, PadV2Attrs):
        value = to_real(node.output(), np.array(attrs.value)).item()
    sides = tuple((int(a), int(b)) for a, b in attrs.padding)
    return Padded(sides, value) if sides[0] == (0, 0) else None


def _softmax(node: Node, dtype: DTypeLike) -> Layer | None:
    return Softmax(node.attrs(SoftmaxAttrs).beta)


def _reshape(node: Node, dtype: DTypeLike) -> Layer | None:
    return Reshaped(node.output().shape[1:])


def _leaky(node: Node, dtype: DTypeLike) -> Layer | None:
    alpha = node.attrs(LeakyReluAttrs).alpha
    slope = np.asarray([alpha, 1], dtype)
    return Each(
        lambda x: x * slope[(x > 0).astype(int)],
        lambda x: slope[(x > 0).astype(int)],
    )


def _first_where(
    compare: Callable[[Array, Array], Array],
) -> Callable[[Array, Array], tuple[Array, Array]]:
    """The slopes of a choice between two."""

    def slopes(a: Array, b: Array) -> tuple[Array, Array]:
        is_first = compare(a, b).astype(a.dtype)
        return is_first, 1 - is_first

    return slopes


def _logistic(x: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(x / 2)))


def _normal(x: Array) -> Array:
    """The share of a normal distribution below `x`, to 1e-7.

    Abramowitz and Stegun, 1964, 7.1.26. A GELU by tanh is at most 5e-4 away.
    """
    t = 1 / (1 + 0.3275911 / np.sqrt(2) * np.abs(x))
    factors = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    total = np.zeros_like(x)
    for factor in factors:
        total = (total + factor) * t
    tail = total * np.exp(-(x**2) / 2) / 2
    return np.where(x > 0, 1 - tail, tail)


def _gate(x: Array) -> Array:
    """The gate of a hard swish (Howard et al., 2019)."""
    return np.asarray(np.clip(x / 6 + 0.5, 0, 1))


def _between(low: float, high: float) -> Rule:
    return _each(
        lambda x: np.clip(x, low, high),
        lambda x: ((x > low) & (x < high)).astype(x.dtype),
    )


_SAME = _each(lambda x: x, np.ones_like)

Rule: TypeAlias = Callable[[Node, DTypeLike], Layer | None]
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "ABS": _each(np.abs, np.sign),
        "ADD": _combine(lambda a, b: a + b, lambda a, b: (np.ones_like(a),) * 2),
        "AVERAGE_POOL_2D": _pool(AveragePool),
        "CONCATENATION": _concatenate,
        "DEQUANTIZE": _SAME,
        "DEPTH_TO_SPACE": rearrange,
        "ELU": _each(
            lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
            lambda x: np.where(x > 0, 1, np.exp(np.minimum(x, 0))).astype(x.dtype),
        ),
        "EXP": _each(np.exp, np.exp),
        "EXPAND_DIMS": _reshape,
        "GELU": _each(
            lambda x: x * _normal(x),
            lambda x: _normal(x) + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi),
        ),
        "HARD_SWISH": _each(
            lambda x: x * _gate(x),
            lambda x: _gate(x) + x / 6 * (np.abs(x) < 3),
        ),
        "L2_NORMALIZATION": lambda node, dtype: Unit(),
        "LEAKY_RELU": _leaky,
        "LOGISTIC": _each(_logistic, lambda x: _logistic(x) * (1 - _logistic(x))),
        "LOG_SOFTMAX": lambda node, dtype: LogSoftmax(),
        "MAXIMUM": _combine(np.maximum, _first_where(np.greater_equal)),
        "MAX_POOL_2D": _pool(MaxPool),
        "MEAN": _reduce(lambda axes, shape, count: Sum(axes, shape, 1 / count)),
        "MINIMUM": _combine(np.minimum, _first_where(np.less_equal)),
        "MIRROR_PAD": mirror,
        "MUL": _combine(lambda a, b: a * b, lambda a, b: (b, a)),
        "PAD": _pad,
        "PADV2": _pad,
        "PRELU": _combine(
            lambda x, a: np.where(x > 0, x, a * x),
            lambda x, a: (np.where(x > 0, 1, a), np.where(x > 0, 0, x)),
        ),
        "QUANTIZE": _SAME,
        "REDUCE_MAX": _reduce(lambda axes, shape, count: Extreme(axes, shape, 1)),
        "REDUCE_MIN": _reduce(lambda axes, shape, count: Extreme(axes, shape, -1)),
        "RELU": _between(0, np.inf),
        "RELU6": _between(0, 6),
        "RELU_0_TO_1": _between(0, 1),
        "RELU_N1_TO_1": _between(-1, 1),
        "RESHAPE": _reshape,
        "SLICE": take_slice,
        "SOFTMAX": _softmax,
        "SPACE_TO_DEPTH": rearrange,
        "SQUARED_DIFFERENCE": _combine(
            lambda a, b: (a - b) ** 2, lambda a, b: (2 * (a - b), 2 * (b - a))
        ),
        "SQUEEZE": _reshape,
        "STRIDED_SLICE": take_slice,
        "SUB": _combine(
            lambda a, b: a - b, lambda a, b: (np.ones_like(a), -np.ones_like(a))
        ),
        "SUM": _reduce(lambda axes, shape, count: Sum(axes, shape, 1)),
        "TILE": rearrange,
        "TRANSPOSE": rearrange,
        "TANH": _each(np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    }
)

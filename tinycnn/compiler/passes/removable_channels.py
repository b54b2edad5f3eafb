"""Which channels of which activations can go without changing any output.

In: a graph and its constant channels. Out: for each activation a mask of its channels
(last axis). A channel can go if every reader does without it: a filter whose weights on
it are zero, or for which it is a constant that moves into the bias; an operator that
keeps channels apart only together with the same channel of its output. Found as the
largest set that no operator contradicts; every activation keeps at least one channel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Graph, Op
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.concatenation import ConcatenationAttrs
from tinycnn.compiler.operators.pad import PadAttrs
from tinycnn.compiler.operators.reduce.loops import ReduceAttrs
from tinycnn.compiler.passes.constant_channels import (
    Channels,
    filter_weights,
    sum_taps,
)

__all__ = ["Mask", "find_removable_channels"]

Mask = NDArray[np.bool_]


def find_removable_channels(
    graph: Graph, known: Mapping[int, Channels]
) -> dict[int, Mask]:
    """The channels of every activation that can go, by tensor id.

    Args:
        graph: A verified graph.
        known: Its constant channels, as `find_constant_channels` gives them.
    """
    masks = {t: np.ones(len(channels), np.bool_) for t, channels in known.items()}
    for tensor in (*graph.inputs, *graph.outputs):
        masks[tensor][:] = False
    needs = {op.index: _find_needs(Node(graph, op), known) for op in graph.ops}
    while True:
        before = [mask.copy() for mask in masks.values()]
        for op in (*reversed(graph.ops), *graph.ops):  # both ways to be done soon
            _find_rule(op)(Node(graph, op), masks, needs[op.index])
        for mask in masks.values():
            mask[0] &= not mask.all()
        if all(map(np.array_equal, before, masks.values())):
            return masks


def _find_needs(node: Node, known: Mapping[int, Channels]) -> Mask | None:
    """Which filters (first axis) of `node` need which input channels."""
    if node.op.kind not in ("CONV_2D", "FULLY_CONNECTED"):
        return None
    weights = filter_weights(node)
    if weights is None:
        return None
    above = known[node.input().id] - node.input().zero_point
    needs: Mask = np.any(weights != 0, axis=(1, 2))
    needs[:, above == 0] = False
    movable = ~np.isnan(above) & (above != 0)
    sums = sum_taps(node, weights[..., movable])
    if sums is not None:
        needs[:, movable] = np.any(sums != sums[0], axis=0)
    return needs


def _keep_all(node: Node, masks: dict[int, Mask], needs: Mask | None) -> None:
    for tensor in (*node.op.inputs, *node.op.outputs):
        if tensor in masks:
            masks[tensor][:] = False


def _filters(node: Node, masks: dict[int, Mask], needs: Mask | None) -> None:
    if needs is None:
        _keep_all(node, masks, needs)
    else:
        kept = ~masks[node.output().id]
        masks[node.input().id] &= ~np.any(needs[kept], axis=0)


def _depthwise(node: Node, masks: dict[int, Mask], needs: Mask | None) -> None:
    """An input channel goes with all the output channels made of it."""
    x, y = masks[node.input().id], masks[node.output().id]
    x &= np.all(y.reshape(len(x), -1), axis=1)
    y &= np.repeat(x, len(y) // len(x))


def _keeps_apart(node: Node, masks: dict[int, Mask], needs: Mask | None) -> None:
    """Each channel of the output is made of the same channel of all inputs."""
    attrs, y = node.op.attrs, node.output()
    inputs = [node.graph.tensors[i] for i in node.op.inputs if i in masks]
    mixes = (
        any(t.shape[-1:] != y.shape[-1:] for t in inputs)
        or (
            isinstance(attrs, ReduceAttrs) and len(node.input().shape) - 1 in attrs.axes
        )
        or (isinstance(attrs, PadAttrs) and any(attrs.padding[-1]))
        or (len(inputs) < len(node.op.inputs) and node.op.kind not in _ONE_INPUT)
    )
    if mixes:
        _keep_all(node, masks, needs)
        return
    ids = [*(t.id for t in inputs), y.id]
    shared = np.all([masks[i] for i in ids], axis=0)
    for i in ids:
        masks[i] &= shared


def _concatenation(node: Node, masks: dict[int, Mask], needs: Mask | None) -> None:
    """Along the last axis each input has channels of the output to itself."""
    inputs, y = node.op.inputs, masks[node.output().id]
    if node.attrs(ConcatenationAttrs).axis != len(node.output().shape) - 1:
        _keeps_apart(node, masks, needs)
    elif not all(i in masks for i in inputs):
        _keep_all(node, masks, needs)
    else:
        ends = np.cumsum([len(masks[i]) for i in inputs])
        for i, part in zip(inputs, np.split(y, ends[:-1]), strict=True):
            masks[i] &= part
        y &= np.concatenate([masks[i] for i in inputs])


def _reshape(node: Node, masks: dict[int, Mask], needs: Mask | None) -> None:
    """A channel goes with all the output channels that hold a pixel of it."""
    x, y = node.input(), node.output()
    if x.id not in masks or not x.shape or not y.shape:
        _keep_all(node, masks, needs)
        return
    period = math.lcm(x.shape[-1], y.shape[-1])  # of elements, in both shapes
    go = np.resize(masks[x.id], period) & np.resize(masks[y.id], period)
    masks[y.id] &= np.all(go.reshape(-1, y.shape[-1]), axis=0)
    masks[x.id] &= np.all(go.reshape(-1, x.shape[-1]), axis=0)


def _find_rule(op: Op) -> _Rule:
    if OPERATORS[op.kind].is_alias:
        return _reshape
    return _RULES.get(op.kind, _keep_all)


_Rule = Callable[[Node, dict[int, Mask], "Mask | None"], None]
_ELEMENTWISE = ("ADD", "MAXIMUM", "MINIMUM", "MUL", "SUB")
_ONE_INPUT = (
    "ABS AVERAGE_POOL_2D HARD_SWISH LEAKY_RELU LOGISTIC MAX_POOL_2D MEAN PAD QUANTIZE "
    "RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR TANH"
).split()
_RULES: Mapping[str, _Rule] = MappingProxyType(
    {
        "CONCATENATION": _concatenation,
        "CONV_2D": _filters,
        "FULLY_CONNECTED": _filters,
        "DEPTHWISE_CONV_2D": _depthwise,
        **dict.fromkeys((*_ELEMENTWISE, *_ONE_INPUT), _keeps_apart),
    }
)

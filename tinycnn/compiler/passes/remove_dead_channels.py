"""Channels that carry no information -> gone, with the filters that compute them.

A filter whose weights are all zero gives a constant; what it adds to the sums of the
operators that read it moves into their biases. Exact: every accumulator keeps its
value, and the removed terms were part of the sums that `verify` proved to fit 32 bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Graph, Op, QuantParams, Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.passes.constant_channels import (
    Channels,
    filter_weights,
    find_constant_channels,
    sum_taps,
)
from tinycnn.compiler.passes.removable_channels import Mask, find_removable_channels

__all__ = ["remove_dead_channels"]


def remove_dead_channels(graph: Graph) -> Graph:
    """`graph` without the channels that no output depends on."""
    known = find_constant_channels(graph)
    masks = find_removable_channels(graph, known)
    tensors = [
        _without_channels(t, masks[t.id]) if t.id in masks else t for t in graph.tensors
    ]
    ops = []
    for op in graph.ops:
        if any(masks[t].any() for t in (*op.inputs, *op.outputs) if t in masks):
            op = _shrink(Node(graph, op), tensors, known, masks)
        ops.append(op)
    return replace(graph, tensors=tuple(tensors), ops=tuple(ops))


def _without_channels(tensor: Tensor, go: Mask) -> Tensor:
    if not go.any():
        return tensor
    return replace(tensor, shape=(*tensor.shape[:-1], int(np.sum(~go))))


def _shrink(
    node: Node,
    tensors: list[Tensor],
    known: Mapping[int, Channels],
    masks: Mapping[int, Mask],
) -> Op:
    """The operator on fewer channels; adds its new constants to `tensors`."""
    op = node.op
    if OPERATORS[op.kind].is_alias:
        return replace(op, inputs=op.inputs[:1])  # a constant shape no longer holds
    if OPERATORS[op.kind].count_macs(node) == 0:
        return op
    kept = ~masks[node.output().id]
    w, bias = node.input(1), node.optional_input(2)
    assert w.data is not None
    if op.kind == "DEPTHWISE_CONV_2D":
        weights, moved = w.data[..., kept], np.zeros(len(kept), np.int64)
    else:
        filters = filter_weights(node)
        assert filters is not None
        go = masks[node.input().id]
        weights = filters[kept][..., ~go].reshape(int(kept.sum()), *w.shape[1:-1], -1)
        moved = _sum_removed(node, filters, known[node.input().id], go)
    ids = [node.input().id, _append(tensors, w, weights, kept)]
    if bias is not None or moved[kept].any():
        ids.append(_append_bias(tensors, w, bias, moved, kept))
    return replace(op, inputs=tuple(ids))


def _sum_removed(
    node: Node, filters: NDArray[np.generic], channels: Channels, go: Mask
) -> NDArray[np.int64]:
    """What the removed input channels add to each accumulator."""
    above = np.nan_to_num(channels - node.input().zero_point, nan=0.0)
    moves = go & (above != 0)
    sums = sum_taps(node, filters[..., moves])
    assert sums is not None
    added: NDArray[np.int64] = sums[0] @ above[moves].astype(np.int64)
    return added


def _append(
    tensors: list[Tensor], old: Tensor, data: NDArray[np.generic], kept: Mask
) -> int:
    """Add a constant like `old`; returns its id."""
    values = np.ascontiguousarray(
        data, old.data.dtype if old.data is not None else None
    )
    values.setflags(write=False)
    tensor = replace(
        old,
        id=len(tensors),
        shape=values.shape,
        quant=_keep_scales(old.quant, kept),
        data=values,
    )
    tensors.append(tensor)
    return tensor.id


def _append_bias(
    tensors: list[Tensor],
    weights: Tensor,
    bias: Tensor | None,
    added: NDArray[np.int64],
    kept: Mask,
) -> int:
    if bias is None:
        none = np.zeros(len(kept), np.int32)
        bias = Tensor(0, f"{weights.name}_bias", none.shape, "int32", data=none)
    assert bias.data is not None
    total = bias.data.reshape(-1).astype(np.int64) + added
    return _append(tensors, bias, total[kept], kept)


def _keep_scales(quant: QuantParams | None, kept: Mask) -> QuantParams | None:
    if quant is None or len(quant.scale) == 1:
        return quant
    channels = np.flatnonzero(kept)
    return replace(
        quant,
        scale=tuple(quant.scale[c] for c in channels),
        zero_point=tuple(quant.zero_point[c] for c in channels),
    )

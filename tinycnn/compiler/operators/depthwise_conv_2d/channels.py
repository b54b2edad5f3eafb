"""DEPTHWISE_CONV_2D: an input channel goes with all the output channels made of it."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.ir.graph import Op
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.channels import (
    ChannelRules,
    ChannelValues,
    Known,
    Masks,
    Narrow,
    Shrinking,
    unknown,
)
from tinycnn.compiler.operators.shared.convolution import convolution_window
from tinycnn.compiler.operators.shared.filters import settle_filters, sum_taps

__all__ = ["CHANNELS"]


def _find_constant(node: Node, known: Known) -> ChannelValues:
    x, w = known[node.input().id], node.input(1).data
    assert w is not None
    source = np.repeat(x, w.shape[3] // len(x))
    constant = ~(np.any(w[0] != 0, axis=(0, 1)) & np.isnan(source))
    sums = sum_taps(node, w[..., constant], convolution_window(node))
    if sums is None:
        return unknown(node)
    above = np.nan_to_num(source - node.input().zero_point, nan=0.0).astype(np.int64)
    return settle_filters(node, constant, sums[:, 0] * above[constant])


def _find_needs(node: Node, known: Known) -> Narrow:
    def narrow(masks: Masks) -> None:
        x, y = masks[node.input().id], masks[node.output().id]
        x &= np.all(y.reshape(len(x), -1), axis=1)
        y &= np.repeat(x, len(y) // len(x))

    return narrow


def _shrink(node: Node, shrinking: Shrinking) -> Op:
    kept, w = ~shrinking.masks[node.output().id], node.input(1).data
    assert w is not None
    nothing = np.zeros(len(kept), np.int64)
    return shrinking.replace_weights(node, w[..., kept], nothing)


CHANNELS = ChannelRules(_find_constant, _find_needs, _shrink)

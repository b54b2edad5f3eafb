"""FULLY_CONNECTED: the terms of one output."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.operators.shared.breakdown import Breakdown, Element
from tinycnn.compiler.operators.shared.weighted_sum import (
    Sum,
    bias_of,
    break_down_sum,
    rescaling_of,
)

__all__ = ["break_down"]


def break_down(element: Element) -> Breakdown:
    """A weight an input of the row; LiteRT rounds once, TFLite Micro twice."""
    channel, node = element.position[-1], element.node
    neighbour = channel ^ 1
    other = None
    if neighbour < node.output().shape[-1]:
        other = _read_terms(element, neighbour)
    is_once = element.numerics == "litert"
    rescaling = rescaling_of(element, channel, is_once=is_once)
    return break_down_sum(_read_terms(element, channel), rescaling, other)


def _read_terms(element: Element, channel: int) -> Sum:
    w, x, node = element.value(1), element.value(), element.node
    shape = node.output().shape
    row = int(np.ravel_multi_index(element.position, shape)) // shape[-1]
    depth = w.shape[1]
    flat = range(row * depth, (row + 1) * depth)
    places = [np.unravel_index(i, x.shape) for i in flat]
    return Sum(
        tuple(tuple(map(int, place)) for place in places),
        np.arange(depth)[:, None],
        x.reshape(-1)[flat.start : flat.stop].astype(np.int64),
        w[channel].astype(np.int64),
        np.zeros(depth, np.bool_),
        node.input().zero_point,
        bias_of(element, channel),
        axes=("input",),
    )

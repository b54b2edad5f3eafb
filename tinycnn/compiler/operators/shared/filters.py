"""Channels of operators whose outputs are filters over all input channels.

A constant starts at a filter whose weights are all zero, or that reads nothing but
constants. What a constant input adds to every pixel's sum alike moves into the bias, so
that the input can go.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import ClampedAttrs, Op
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.channel_rules import settle, shared_values
from tinycnn.compiler.operators.shared.channels import (
    ChannelRules,
    ChannelValues,
    Integers,
    Known,
    Mask,
    Masks,
    Narrow,
    Shrinking,
    keep_all,
    unknown,
)
from tinycnn.compiler.operators.shared.weights import real_multipliers
from tinycnn.compiler.operators.shared.window import Window

__all__ = ["Filters", "filter_rules", "settle_filters", "sum_taps"]

_MAX_ZONES = 64  # of border pixels: more than real windows have

# Weights by output, row, column and input channel, and the window that slides; without,
# all taps are inside the image. None if the inputs are not whole pixels.
Filters = tuple[NDArray[np.generic], Window | None]
FindFilters = Callable[[Node], Filters | None]


def filter_rules(find_filters: FindFilters) -> ChannelRules:
    """The rules of an operator whose filters `find_filters` gives."""

    def find_constant(node: Node, known: Known) -> ChannelValues:
        filters = find_filters(node)
        return _find_constant(node, known, *filters) if filters else unknown(node)

    def find_needs(node: Node, known: Known) -> Narrow:
        filters = find_filters(node)
        return _find_needs(node, known, *filters) if filters else keep_all(node)

    def shrink(node: Node, shrinking: Shrinking) -> Op:
        filters = find_filters(node)
        assert filters is not None
        return _shrink(node, shrinking, *filters)

    return ChannelRules(find_constant, find_needs, shrink)


def _find_constant(
    node: Node, known: Known, weights: NDArray[np.generic], window: Window | None
) -> ChannelValues:
    x = known[node.input().id]
    is_read = np.any(weights != 0, axis=(1, 2))
    constant = ~np.any(is_read & np.isnan(x), axis=1)
    sums = sum_taps(node, weights[constant], window)
    if sums is None:
        return unknown(node)
    return settle_filters(node, constant, sums @ _above_zero_point(node, x))


def _find_needs(
    node: Node, known: Known, weights: NDArray[np.generic], window: Window | None
) -> Narrow:
    """Which filters (first axis) need which input channels."""
    above = known[node.input().id] - node.input().zero_point
    needs: Mask = np.any(weights != 0, axis=(1, 2))
    needs[:, above == 0] = False
    movable = ~np.isnan(above) & (above != 0)
    sums = sum_taps(node, weights[..., movable], window)
    if sums is not None:
        needs[:, movable] = np.any(sums != sums[0], axis=0)

    def narrow(masks: Masks) -> None:
        kept = ~masks[node.output().id]
        masks[node.input().id] &= ~np.any(needs[kept], axis=0)

    return narrow


def _shrink(
    node: Node,
    shrinking: Shrinking,
    weights: NDArray[np.generic],
    window: Window | None,
) -> Op:
    kept, go = ~shrinking.masks[node.output().id], shrinking.masks[node.input().id]
    shape = (int(kept.sum()), *node.input(1).shape[1:-1], -1)
    above = _above_zero_point(node, shrinking.known[node.input().id])
    moves = go & (above != 0)
    sums = sum_taps(node, weights[..., moves], window)
    assert sums is not None
    return shrinking.replace_weights(
        node, weights[kept][..., ~go].reshape(shape), sums[0] @ above[moves]
    )


def settle_filters(node: Node, constant: Mask, sums: Integers) -> ChannelValues:
    """The output's channels, of which some are the same in all zones.

    Args:
        node: A convolution or the like.
        constant: The output channels that read nothing but constants.
        sums: Their sums without bias, one a zone.
    """
    result, bias = unknown(node), node.optional_input(2)
    if bias is not None and bias.data is not None:
        sums = sums + bias.data.reshape(-1)[constant].astype(np.int64)
    reals = np.broadcast_to(real_multipliers(node), len(result))[constant]
    clamp = node.attrs(ClampedAttrs).clamp
    result[constant] = shared_values(settle(node, sums, reals, clamp))
    return result


def sum_taps(
    node: Node, weights: NDArray[np.generic], window: Window | None
) -> Integers | None:
    """Sums of `weights` over the taps inside the image, one a zone of pixels.

    Args:
        node: A convolution or the like.
        weights: Any axis, rows, columns, any axis.
        window: What slides over the image; without, all taps are inside.

    Returns:
        Zone, then both other axes; None if there are too many zones.
    """
    rows, columns = (_find_zones(node, window, axis, weights) for axis in (0, 1))
    zones = len(rows) * len(columns)
    if zones > _MAX_ZONES:
        return None
    values = weights.astype(np.int64)
    sums: Integers = np.einsum("rh,sw,ohwc->rsoc", rows, columns, values)
    return sums.reshape(zones, weights.shape[0], weights.shape[3])


def _find_zones(
    node: Node, window: Window | None, axis: int, weights: NDArray[np.generic]
) -> Integers:
    """Which rows or columns of a window are inside, for each zone."""
    size = weights.shape[1 + axis]
    if window is None:
        return np.ones((1, size), np.int64)
    origins = np.arange(node.output().shape[1 + axis]) * window.stride[axis]
    taps = np.arange(size) * window.dilation[axis] - window.padding[axis]
    places = origins[:, np.newaxis] + taps
    inside = (places >= 0) & (places < node.input().shape[1 + axis])
    return np.unique(inside, axis=0).astype(np.int64)


def _above_zero_point(node: Node, channels: ChannelValues) -> Integers:
    """How far constant inputs are above the zero point; 0 for the others."""
    zero_point = node.input().zero_point
    return np.nan_to_num(channels - zero_point, nan=0.0).astype(np.int64)

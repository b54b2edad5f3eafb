"""Weights and biases: what the kernels take, and how they get them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node

__all__ = [
    "check_weights",
    "largest_shifted_sum",
    "lower_weights",
    "real_multipliers",
    "sum_ranges",
]


def check_weights(node: Node, axis: int) -> Tensor:
    """The constant symmetric int8 weights of `node`, with sums that fit 32 bits.

    Args:
        node: Inputs are activation, weights and, where there is one, a bias.
        axis: The weights' output channel axis.

    Raises:
        UnsupportedModelError: If weights or bias are not that.
    """
    w = node.input(1)
    if w.data is None or w.dtype != "int8" or w.quant is None:
        node.refuse(f"expected constant int8 weights, got {w.dtype} '{w.name}'")
    if any(w.quant.zero_point) or (len(w.quant.scale) > 1 and w.quant.axis != axis):
        node.refuse(
            "expected weights of zero point 0, one scale or one a channel on axis "
            f"{axis}, got axis {w.quant.axis}"
        )
    _check_bias(node, w.shape[axis])
    if (largest := largest_shifted_sum(node, axis)) >= 2**31:
        # The reference, too, has no defined result.
        node.refuse_scales(f"sums up to {largest:.0f} exceed 32 bits")
    return w


def largest_shifted_sum(node: Node, axis: int) -> float:
    """What no sum exceeds, as the reference shifts it to the left."""
    shifts = np.maximum(2.0 ** _shifts(node), 1.0)
    return float((_largest_sums(node, axis) * shifts).max())


def sum_ranges(node: Node, axis: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Least and most of the sum of products and bias, for each output channel."""
    w, bias, x = node.input(1), node.optional_input(2), node.input()
    assert w.data is not None
    others = tuple(i for i in range(w.data.ndim) if i != axis)
    ends = [w.data.astype(np.int64) * (end - x.zero_point) for end in (-128, 127)]
    low = np.minimum(*ends).sum(axis=others)
    high = np.maximum(*ends).sum(axis=others)
    if bias is None or bias.data is None:
        return low, high
    start = bias.data.reshape(-1).astype(np.int64)
    return low + start, high + start


def _largest_sums(node: Node, axis: int) -> NDArray[np.int64]:
    """What no part of a sum of products and bias exceeds, for each output channel."""
    w, bias = node.input(1), node.optional_input(2)
    assert w.data is not None
    others = tuple(i for i in range(w.data.ndim) if i != axis)
    sums: NDArray[np.int64] = np.abs(w.data.astype(np.int16)).sum(
        axis=others, dtype=np.int64
    )
    sums *= 255
    if bias is not None and bias.data is not None:
        sums += np.abs(bias.data.reshape(-1).astype(np.int64))
    return sums


def real_multipliers(node: Node) -> list[float]:
    """Input scale * weight scale / output scale, one or one a channel."""
    w = node.input(1)
    assert w.quant is not None
    return [node.input().scale * s / node.output().scale for s in w.quant.scale]


def lower_weights(lowering: Lowering, node: Node) -> tuple[str, str]:
    """C names of weights and bias; NULL where there is no bias."""
    data = node.input(1).data
    assert data is not None
    weights = lowering.array(node, "weights", "int8_t", data)
    bias = node.optional_input(2)
    if bias is None or bias.data is None:
        return weights, "NULL"
    return weights, lowering.array(node, "bias", "int32_t", bias.data.reshape(-1))


def _shifts(node: Node) -> NDArray[np.int32]:
    """The multipliers' powers of two, those that round up to the next included."""
    return np.frexp(np.array(real_multipliers(node)) * (1 + 2.0**-30))[1]


def _check_bias(node: Node, channels: int) -> None:
    bias = node.optional_input(2)
    if bias is None:
        return
    if bias.data is None or bias.dtype != "int32" or bias.size != channels:
        node.refuse(
            f"expected a constant int32 bias of {channels} values, got {bias.dtype} "
            f"{bias.shape} '{bias.name}'"
        )

"""Weights and biases: what the kernels take, and how they get them."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.graph import Tensor
from tinycnn.compiler.lowering import Lowering
from tinycnn.compiler.numerics import quantize_multiplier
from tinycnn.compiler.operators.operator import Node

__all__ = ["check_weights", "lower_weights", "real_multipliers"]


def check_weights(node: Node, axis: int) -> Tensor:
    """The constant symmetric int8 weights of `node`, with sums that fit 32 bits.

    Args:
        node: Inputs are activation, weights and, where there is one, a bias.
        axis: The weights' output channel axis.

    Raises:
        UnsupportedModelError: If weights or bias are of another kind.
    """
    w = node.input(1)
    if w.data is None or w.dtype != "int8" or w.quant is None:
        node.refuse(f"expected constant int8 weights, got {w.dtype} '{w.name}'")
    if any(w.quant.zero_point) or (len(w.quant.scale) > 1 and w.quant.axis != axis):
        node.refuse(
            "expected weights of zero point 0, one scale or one a channel on axis "
            f"{axis}, got axis {w.quant.axis}"
        )
    others = tuple(i for i in range(len(w.shape)) if i != axis)
    sums = np.abs(w.data.astype(np.int64)).sum(axis=others) * 255
    sums += np.abs(_check_bias(node, w.shape[axis]))
    reals = real_multipliers(node)
    for channel, largest in enumerate(sums.tolist()):
        real = reals[channel if len(reals) > 1 else 0]
        node.check_headroom(quantize_multiplier(real), largest)
    return w


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


def _check_bias(
    node: Node, channels: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    bias = node.optional_input(2)
    if bias is None:
        return np.zeros(channels, np.int64)
    if bias.data is None or bias.dtype != "int32" or bias.size != channels:
        node.refuse(
            f"expected a constant int32 bias of {channels} values, got {bias.dtype} "
            f"{bias.shape} '{bias.name}'"
        )
    return bias.data.reshape(-1).astype(np.int64)

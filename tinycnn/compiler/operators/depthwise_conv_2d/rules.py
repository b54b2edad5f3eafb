"""DEPTHWISE_CONV_2D: what a file may say, and the portable kernel."""

from __future__ import annotations

import math

from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.convolution import (
    ConvAttrs,
    convolution_window,
    lower_convolution,
    output_size,
    read_convolution,
)
from tinycnn.compiler.operators.shared.weights import check_weights

__all__ = ["check", "count_macs", "lower", "read"]


def read(raw: RawOp) -> ConvAttrs:
    """Its attributes."""
    return read_convolution(raw, raw.int8(4), (raw.int32(6, 1), raw.int32(5, 1)))


def check(node: Node) -> None:
    """One filter, or several, for each input channel."""
    node.check_inputs(2, 3)
    x = node.int8_input()
    node.int8_output()
    w = check_weights(node, axis=3)
    if w.shape[0] != 1 or w.shape[3] % x.shape[-1]:
        node.refuse(f"expected weights for {x.shape[-1]} channels, got {w.shape}")
    node.check_output_shape((1, *output_size(node), w.shape[3]))


def lower(lowering: Lowering, node: Node) -> None:
    """One kernel for any depth multiplier."""
    window, clamp = convolution_window(node), node.attrs(ConvAttrs).clamp
    params, *constants = lower_convolution(lowering, node, window, clamp)
    lowering.call(node, "tcnn_depthwise_conv_2d_s8", params, *constants)


def count_macs(node: Node) -> int:
    """One a pixel of the window, for each output."""
    return node.output().size * math.prod(node.input(1).shape[1:3])

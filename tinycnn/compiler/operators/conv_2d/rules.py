"""CONV_2D: what a file may say, and the portable kernels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.convolution import (
    ConvAttrs,
    ConvolutionParams,
    convolution_window,
    lower_convolution,
    output_size,
    read_convolution,
)
from tinycnn.compiler.operators.shared.weights import check_weights

__all__ = ["check", "count_macs", "lower", "read"]


@dataclass(frozen=True, slots=True)
class GroupedParams(Params):
    """What the kernel for groups of channels takes: conv_2d.h."""

    ctype = "tcnn_grouped_conv_2d_params_t"
    conv: ConvolutionParams
    groups: int


def read(raw: RawOp) -> ConvAttrs:
    """Its attributes."""
    return read_convolution(raw, raw.int8(3), (raw.int32(5, 1), raw.int32(4, 1)))


def check(node: Node) -> None:
    """Weights for all input channels, or for those of a group."""
    node.check_inputs(2, 3)
    x, y = node.int8_input(), node.int8_output()
    w = check_weights(node, axis=0)
    if x.shape[-1] % w.shape[3] or w.shape[0] % (x.shape[-1] // w.shape[3]):
        node.refuse(f"expected weights for {x.shape[-1]} channels, got {w.shape}")
    node.check_output_shape((1, *output_size(node), w.shape[0]))
    assert y.shape[3] == w.shape[0]


def lower(lowering: Lowering, node: Node) -> None:
    """A kernel of its own computes groups."""
    groups = node.input().shape[3] // node.input(1).shape[3]
    window, clamp = convolution_window(node), node.attrs(ConvAttrs).clamp
    params, *constants = lower_convolution(lowering, node, window, clamp)
    if groups == 1:
        lowering.call(node, "tcnn_conv_2d_s8", params, *constants)
    else:
        grouped = GroupedParams(params, groups)
        lowering.call(node, "tcnn_grouped_conv_2d_s8", grouped, *constants)


def count_macs(node: Node) -> int:
    """One a weight of the output channel, for each output."""
    return node.output().size * math.prod(node.input(1).shape[1:])

"""CONV_2D and DEPTHWISE_CONV_2D."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import quantize_multiplier
from tinycnn.compiler.ir.graph import Attrs
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.program import Param
from tinycnn.compiler.operators.activation import Clamp, clamp_params, read_clamp
from tinycnn.compiler.operators.operator import Operator, RawOp
from tinycnn.compiler.operators.weights import (
    check_weights,
    lower_weights,
    real_multipliers,
)
from tinycnn.compiler.operators.window import Pair, Sides, read_window, window_output
from tinycnn.errors import InvalidModelError

__all__ = ["CONV_2D", "DEPTHWISE_CONV_2D", "ConvAttrs"]


@dataclass(frozen=True, slots=True)
class ConvAttrs(Attrs):
    """Options of both kinds.

    Attributes:
        stride: Rows, columns.
        dilation: Rows, columns.
        padding: Top, left, bottom, right, in pixels.
        clamp: Smallest and largest int8 output (fused activation).
        pads_batches: Whether some padding was that of a SPACE_TO_BATCH_ND.
    """

    stride: Pair
    dilation: Pair
    padding: Sides
    clamp: Clamp
    pads_batches: bool = False


def _read_conv(raw: RawOp) -> ConvAttrs:
    return _read(raw, raw.int8(3), (raw.int32(5, 1), raw.int32(4, 1)))


def _read_depthwise(raw: RawOp) -> ConvAttrs:
    return _read(raw, raw.int8(4), (raw.int32(6, 1), raw.int32(5, 1)))


def _read(raw: RawOp, activation: int, dilation: Pair) -> ConvAttrs:
    weights = raw.input(1).shape
    if len(weights) != 4:
        raise InvalidModelError(f"{raw.label}: expected 4-D weights, got {weights}")
    stride, padding = read_window(raw, (weights[1], weights[2]), dilation)
    return ConvAttrs(stride, dilation, padding, read_clamp(raw, activation))


def _check_conv(node: Node) -> None:
    node.check_inputs(2, 3)
    x, y = node.int8_input(), node.int8_output()
    w = check_weights(node, axis=0)
    if x.shape[-1] % w.shape[3] or w.shape[0] % (x.shape[-1] // w.shape[3]):
        node.refuse(f"expected weights for {x.shape[-1]} channels, got {w.shape}")
    node.check_output_shape((1, *_output_size(node), w.shape[0]))
    assert y.shape[3] == w.shape[0]


def _check_depthwise(node: Node) -> None:
    node.check_inputs(2, 3)
    x = node.int8_input()
    node.int8_output()
    w = check_weights(node, axis=3)
    if w.shape[0] != 1 or w.shape[3] % x.shape[-1]:
        node.refuse(f"expected weights for {x.shape[-1]} channels, got {w.shape}")
    node.check_output_shape((1, *_output_size(node), w.shape[3]))


def _output_size(node: Node) -> Pair:
    attrs, w = node.attrs(ConvAttrs), node.input(1).shape
    window = (w[1], w[2])
    return window_output(
        node, node.input(), window, attrs.dilation, attrs.stride, attrs.padding
    )


def _lower_conv(lowering: Lowering, node: Node) -> None:
    groups = node.input().shape[3] // node.input(1).shape[3]
    params, weights, bias = _lower_params(lowering, node)
    if groups == 1:
        function, params_type = "tcnn_conv_2d_s8", "tcnn_conv_2d_params_t"
    else:
        function = "tcnn_grouped_conv_2d_s8"
        params_type = "tcnn_grouped_conv_2d_params_t"
        params = {"conv": params, "groups": groups}
    lowering.call(node, function, params_type, params, weights, bias)


def _lower_depthwise(lowering: Lowering, node: Node) -> None:
    params, weights, bias = _lower_params(lowering, node)
    function = "tcnn_depthwise_conv_2d_s8"
    lowering.call(node, function, "tcnn_conv_2d_params_t", params, weights, bias)


def _lower_params(lowering: Lowering, node: Node) -> tuple[dict[str, Param], str, str]:
    """The fields of a tcnn_conv_2d_params_t; C names of weights and bias."""
    x, w, y = node.input(), node.input(1), node.output()
    attrs = node.attrs(ConvAttrs)
    reals = real_multipliers(node)
    if len(reals) == 1:
        reals *= y.shape[3]
    weights, bias = lower_weights(lowering, node)
    params: dict[str, Param] = {
        "input_height": x.shape[1],
        "input_width": x.shape[2],
        "input_channels": x.shape[3],
        "output_height": y.shape[1],
        "output_width": y.shape[2],
        "output_channels": y.shape[3],
        "kernel_height": w.shape[1],
        "kernel_width": w.shape[2],
        "stride_height": attrs.stride[0],
        "stride_width": attrs.stride[1],
        "dilation_height": attrs.dilation[0],
        "dilation_width": attrs.dilation[1],
        "pad_top": attrs.padding[0],
        "pad_left": attrs.padding[1],
        "input_zero_point": x.zero_point,
        "output_zero_point": y.zero_point,
        **clamp_params(attrs.clamp),
        **lowering.multipliers(node, [quantize_multiplier(r) for r in reals]),
    }
    return params, weights, bias


def _count_conv(node: Node) -> int:
    return node.output().size * math.prod(node.input(1).shape[1:])


def _count_depthwise(node: Node) -> int:
    return node.output().size * math.prod(node.input(1).shape[1:3])


CONV_2D = Operator("CONV_2D", 3, _read_conv, _check_conv, _lower_conv, _count_conv)
DEPTHWISE_CONV_2D = Operator(
    "DEPTHWISE_CONV_2D",
    4,
    _read_depthwise,
    _check_depthwise,
    _lower_depthwise,
    _count_depthwise,
)

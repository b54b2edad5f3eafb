"""FULLY_CONNECTED: what a file may say, and the portable kernel.

LiteRT rounds once, from doubles; TFLite Micro twice, like a convolution.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import (
    Multiplier,
    Numerics,
    quantize_multiplier,
    single_rounding_multiplier,
)
from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Int8Constants, Int32Constants, Params
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.activation import (
    read_first_clamp,
)
from tinycnn.compiler.operators.shared.weights import (
    check_weights,
    lower_weights,
    real_multipliers,
    sum_ranges,
)
from tinycnn.errors import UnsupportedModelError

__all__ = [
    "check",
    "count_macs",
    "find_multipliers",
    "lower",
    "read",
    "row_params",
]


@dataclass(frozen=True, slots=True)
class FullyConnectedParams(Params):
    """What the portable kernel takes: fully_connected.h."""

    ctype = "tcnn_fully_connected_params_t"
    rows: int
    input_channels: int
    output_channels: int
    input_zero_point: int
    output_zero_point: int
    clamp_min: int
    clamp_max: int
    per_channel: int
    round_once: int
    multiplier: Int32Constants
    shift: Int8Constants


def read(raw: RawOp) -> ClampedAttrs:
    """Its attributes.

    Raises:
        UnsupportedModelError: If the weights are shuffled.
    """
    if raw.int8(1):
        raise UnsupportedModelError(f"{raw.label}: shuffled weights are not supported")
    return read_first_clamp(raw)


def check(node: Node) -> None:
    """Weights whose inputs divide the input's elements into rows."""
    node.check_inputs(2, 3)
    x, y = node.int8_input(), node.int8_output()
    if len(node.input(1).shape) != 2:
        node.invalid(f"expected 2-D weights, got {node.input(1).shape}")
    channels, depth = check_weights(node, axis=0).shape
    if x.shape[-1:] == (depth,) and len(y.shape) == len(x.shape):
        node.check_output_shape((*x.shape[:-1], channels))
    fits = y.size * depth == x.size * channels and y.shape[-1:] == (channels,)
    if x.size % depth or not fits:
        node.invalid(
            f"weights of shape {(channels, depth)} do not take {x.shape} to {y.shape}"
        )


def lower(lowering: Lowering, node: Node) -> None:
    """One call for all rows."""
    weights, bias = lower_weights(lowering, node)
    params = row_params(lowering, node)
    lowering.call(node, "tcnn_fully_connected_s8", params, weights, bias)


def row_params(lowering: Lowering, node: Node) -> FullyConnectedParams:
    """What a kernel for all rows takes; its constants are added."""
    x, y = node.input(), node.output()
    channels, depth = node.input(1).shape
    multipliers = find_multipliers(node, lowering.numerics)
    multiplier, shift = lowering.multipliers(node, multipliers)
    clamp_min, clamp_max = node.attrs(ClampedAttrs).clamp
    return FullyConnectedParams(
        rows=x.size // depth,
        input_channels=depth,
        output_channels=channels,
        input_zero_point=x.zero_point,
        output_zero_point=y.zero_point,
        clamp_min=clamp_min,
        clamp_max=clamp_max,
        per_channel=int(len(multipliers) > 1),
        round_once=int(lowering.numerics == "litert"),
        multiplier=multiplier,
        shift=shift,
    )


def find_multipliers(node: Node, numerics: Numerics) -> list[Multiplier]:
    """One, or one a channel: for a single rounding in `litert`, for two in `tflm`."""
    if numerics == "tflm":
        return [quantize_multiplier(real) for real in real_multipliers(node)]
    zero_point, reals = node.output().zero_point, real_multipliers(node)
    low, high = (ends.tolist() for ends in sum_ranges(node, axis=0))
    ranges = list(zip(low, high, strict=True))
    if len(reals) == 1:  # for all channels
        ranges = [(min(low), max(high))]
    try:
        return [
            single_rounding_multiplier(real, zero_point, reached)
            for real, reached in zip(reals, ranges, strict=True)
        ]
    except UnsupportedModelError as error:
        node.refuse(f"'{node.output().name}': {error}", hint=error.hint)


def count_macs(node: Node) -> int:
    """One a weight of the output channel, for each output."""
    return node.output().size * node.input(1).shape[1]

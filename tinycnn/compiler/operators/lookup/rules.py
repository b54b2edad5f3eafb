"""Functions of one value: LOGISTIC, TANH, RELU and its kin, HARD_SWISH, ABS.

The kernel looks the output up in a table of 256 values.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics, float32_multiplier
from tinycnn.compiler.ir.graph import Attrs, ClampedAttrs, Tensor
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.program import Param
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.lookup.tables import (
    LookupTable,
    abs_table,
    hard_swish_multipliers,
    hard_swish_table,
    leaky_relu_table,
    logistic_table,
    relu6_table_tflm,
    relu_table,
    tanh_table,
)
from tinycnn.compiler.operators.shared.activation import quantize_range
from tinycnn.compiler.operators.shared.channel_rules import (
    KEEP_FIRST_APART,
    keep_first_apart,
)
from tinycnn.compiler.operators.shared.channels import (
    ChannelRules,
    ChannelValues,
    Known,
)
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing

__all__ = ["OPERATORS", "LeakyReluAttrs"]


@dataclass(frozen=True, slots=True)
class LeakyReluAttrs(Attrs):
    """Options: the slope of negative values."""

    alpha: float


def _read_leaky_relu(raw: RawOp) -> LeakyReluAttrs:
    return LeakyReluAttrs(raw.float32(0))


def _check(node: Node) -> None:
    node.check_inputs(1)
    node.int8_output()
    node.check_output_shape(node.int8_input().shape)


def _check_rescaling(node: Node) -> None:
    _check(node)
    x, y = node.input(), node.output()
    node.check_headroom(float32_multiplier(x.scale, 1.0, y.scale), 255)


def _check_leaky_relu(node: Node) -> None:
    _check_rescaling(node)
    x, y, alpha = node.input(), node.output(), node.attrs(LeakyReluAttrs).alpha
    if not (math.isfinite(alpha) and alpha >= 0):
        node.refuse(f"expected an alpha of at least 0, got {alpha}")
    node.check_headroom(float32_multiplier(x.scale, alpha, y.scale), 255)


def _check_logistic(node: Node) -> None:
    _check(node)
    if node.output().scale != 1 / 256:
        node.refuse(f"expected output scale 1/256, got {node.output().scale}")


def _check_tanh(node: Node) -> None:
    _check(node)
    if node.output().scale < 2.0**-30:
        node.refuse(f"the output scale {node.output().scale} is too small")


def _check_hard_swish(node: Node) -> None:
    _check(node)
    scale, relu = hard_swish_multipliers(node.input(), node.output())
    if not (-15 <= scale.shift <= 0 and -15 <= relu.shift <= 30):
        node.refuse(
            f"scales {node.input().scale} and {node.output().scale} exceed the 16-bit "
            "arithmetic of the reference"
        )


def _lower(lowering: Lowering, node: Node, table: LookupTable) -> None:
    params: dict[str, Param] = {"size": node.output().size}
    name = lowering.array(node, "table", "int8_t", table)
    lowering.call(node, "tcnn_lookup_s8", "tcnn_lookup_params_t", params, name)


def _lower_relu(lowering: Lowering, node: Node) -> None:
    clamp = node.attrs(ClampedAttrs).clamp
    table = relu_table(node.input(), node.output(), clamp, lowering.numerics)
    _lower(lowering, node, table)


def _lower_relu6(lowering: Lowering, node: Node) -> None:
    if lowering.numerics == "tflm":
        _lower(lowering, node, relu6_table_tflm(node.input()))
    else:
        _lower_relu(lowering, node)


def _lower_leaky_relu(lowering: Lowering, node: Node) -> None:
    alpha = node.attrs(LeakyReluAttrs).alpha
    x, y, numerics = node.input(), node.output(), lowering.numerics
    _lower(lowering, node, leaky_relu_table(x, y, alpha, numerics))


def _relu(
    kind: str,
    code: int,
    lowest: float,
    highest: float,
    lower: Callable[[Lowering, Node], None] = _lower_relu,
) -> Operator:
    def read(raw: RawOp) -> ClampedAttrs:
        return ClampedAttrs(clamp=quantize_range(raw, lowest, highest))

    return Operator(
        kind,
        code,
        read,
        _check_rescaling,
        lower,
        order=ELEMENTWISE,
        channels=KEEP_FIRST_APART,
    )


def _plain(
    kind: str,
    code: int,
    check: Callable[[Node], None],
    compute: Callable[[Tensor, Tensor, Numerics], LookupTable],
    channels: ChannelRules = KEEP_FIRST_APART,
) -> Operator:
    def lower(lowering: Lowering, node: Node) -> None:
        table = compute(node.input(), node.output(), lowering.numerics)
        _lower(lowering, node, table)

    return Operator(
        kind, code, read_nothing, check, lower, order=ELEMENTWISE, channels=channels
    )


def _find_zeros(node: Node, known: Known) -> ChannelValues:
    """HARD_SWISH: what is 0 stays 0."""
    x, y = node.input(), node.output()
    return np.where(known[x.id] == x.zero_point, y.zero_point, np.nan)


OPERATORS = (
    _relu("RELU", 19, 0.0, math.inf),
    _relu("RELU6", 21, 0.0, 6.0, _lower_relu6),
    _relu("RELU_N1_TO_1", 20, -1.0, 1.0),
    _relu("RELU_0_TO_1", 152, 0.0, 1.0),
    Operator(
        "LEAKY_RELU",
        98,
        _read_leaky_relu,
        _check_leaky_relu,
        _lower_leaky_relu,
        order=ELEMENTWISE,
        channels=KEEP_FIRST_APART,
    ),
    _plain("LOGISTIC", 14, _check_logistic, logistic_table),
    _plain("TANH", 28, _check_tanh, tanh_table),
    _plain(
        "HARD_SWISH",
        117,
        _check_hard_swish,
        hard_swish_table,
        ChannelRules(_find_zeros, keep_first_apart),
    ),
    _plain("ABS", 101, _check_rescaling, abs_table),
)

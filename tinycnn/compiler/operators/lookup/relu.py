"""RELU and its kin, and LEAKY_RELU."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from tinycnn.compiler.arithmetic.numerics import Numerics, float32_multiplier
from tinycnn.compiler.ir.graph import Attrs, Clamp, ClampedAttrs
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.lookup.rules import (
    break_down_by,
    check_rescaling,
    find_kernels,
    lower_by,
)
from tinycnn.compiler.operators.lookup.tables import (
    LookupTable,
    leaky_relu_table,
    relu6_table_tflm,
    relu_table,
)
from tinycnn.compiler.operators.shared.activation import quantize_range
from tinycnn.compiler.operators.shared.channel_rules import KEEP_FIRST_APART
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.numerics import not_in_tflm
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_by_output
from tinycnn.compiler.operators.shared.rows import ELEMENT_ROWS

__all__ = ["OPERATORS", "LeakyReluAttrs", "Relu6Attrs"]


@dataclass(frozen=True, slots=True)
class LeakyReluAttrs(Attrs):
    """Options: the slope of negative values."""

    alpha: float


@dataclass(frozen=True, slots=True)
class Relu6Attrs(Attrs):
    """Options: the int8 range of the output, which no limit behind may tighten.

    TFLite Micro finds the range from the input's scale and looks at nothing else.
    """

    limits: Clamp


def _find_relu(node: Node, numerics: Numerics) -> LookupTable:
    clamp = node.attrs(ClampedAttrs).clamp
    return relu_table(node.input(), node.output(), clamp, numerics)


def _read_relu6(raw: RawOp) -> Relu6Attrs:
    return Relu6Attrs(quantize_range(raw, 0.0, 6.0))


def _find_relu6(node: Node, numerics: Numerics) -> LookupTable:
    x, y, limits = node.input(), node.output(), node.attrs(Relu6Attrs).limits
    return relu6_table_tflm(x) if numerics == "tflm" else relu_table(x, y, limits)


def _read_leaky_relu(raw: RawOp) -> LeakyReluAttrs:
    return LeakyReluAttrs(raw.float32(0))


def _check_leaky_relu(node: Node) -> None:
    check_rescaling(node)
    x, y, alpha = node.input(), node.output(), node.attrs(LeakyReluAttrs).alpha
    if not (math.isfinite(alpha) and alpha >= 0):
        node.refuse(f"expected an alpha of at least 0, got {alpha}")
    node.check_headroom(float32_multiplier(x.scale, alpha, y.scale), 255)


def _find_leaky_relu(node: Node, numerics: Numerics) -> LookupTable:
    alpha = node.attrs(LeakyReluAttrs).alpha
    return leaky_relu_table(node.input(), node.output(), alpha, numerics)


def _relu(kind: str, code: int, lowest: float, highest: float) -> Operator:
    def read(raw: RawOp) -> ClampedAttrs:
        return ClampedAttrs(clamp=quantize_range(raw, lowest, highest))

    return Operator(
        kind,
        code,
        read,
        check_rescaling,
        lower_by(_find_relu),
        order=ELEMENTWISE,
        rows=ELEMENT_ROWS,
        channels=KEEP_FIRST_APART,
        find_limits=lambda node: node.attrs(ClampedAttrs).clamp,
        break_down=break_down_by(_find_relu),
        kernels=find_kernels(_find_relu),
        count_possible=possible_by_output(5),
    )


OPERATORS = (
    _relu("RELU", 19, 0.0, math.inf),
    replace(_relu("RELU_N1_TO_1", 20, -1.0, 1.0), check_numerics=not_in_tflm),
    replace(_relu("RELU_0_TO_1", 152, 0.0, 1.0), check_numerics=not_in_tflm),
    Operator(
        "RELU6",
        21,
        _read_relu6,
        check_rescaling,
        lower_by(_find_relu6),
        order=ELEMENTWISE,
        rows=ELEMENT_ROWS,
        channels=KEEP_FIRST_APART,
        find_limits=lambda node: node.attrs(Relu6Attrs).limits,
        break_down=break_down_by(_find_relu6),
        kernels=find_kernels(_find_relu6),
        count_possible=possible_by_output(5),
    ),
    Operator(
        "LEAKY_RELU",
        98,
        _read_leaky_relu,
        _check_leaky_relu,
        lower_by(_find_leaky_relu),
        order=ELEMENTWISE,
        rows=ELEMENT_ROWS,
        channels=KEEP_FIRST_APART,
        break_down=break_down_by(_find_leaky_relu),
        kernels=find_kernels(_find_leaky_relu),
        options=75,
        count_possible=possible_by_output(5),
    ),
)

"""MUL of two tensors; one may be a constant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import (
    Numerics,
    float32_multiplier,
    requantize,
    rescaling_multiplier,
)
from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.activation import (
    read_first_clamp,
)
from tinycnn.compiler.operators.shared.binary_terms import find_operand
from tinycnn.compiler.operators.shared.breakdown import (
    Breakdown,
    Element,
    limit,
    round_down,
    show_multiplier,
    show_place,
)
from tinycnn.compiler.operators.shared.broadcast import (
    Broadcast,
    binary_rows,
    check_broadcast,
    find_broadcast,
    lower_binary,
)
from tinycnn.compiler.operators.shared.channel_rules import KEEP_APART
from tinycnn.compiler.operators.shared.cycles import cycles_by_output
from tinycnn.compiler.operators.shared.folding import fold_binary
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_by_output
from tinycnn.compiler.operators.shared.rows import ELEMENT_ROWS

__all__ = ["OPERATORS"]

_MOST_RIGHT = 22  # bits, to which a zero point and a half can be shifted


@dataclass(frozen=True, slots=True)
class MulParams(Params):
    """What the kernel takes: mul.h."""

    ctype = "tcnn_mul_params_t"
    broadcast: Broadcast
    input1_zero_point: int
    input2_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int
    clamp_min: int
    clamp_max: int


def _check(node: Node) -> None:
    check_broadcast(node)
    a, b, y = node.input(0), node.input(1), node.int8_output()
    node.check_headroom(float32_multiplier(a.scale, b.scale, y.scale), 255 * 255)


def _lower(lowering: Lowering, node: Node) -> None:
    a, b, y = node.input(0), node.input(1), node.output()
    multiplier = rescaling_multiplier(a.scale, b.scale, y.scale, lowering.numerics)
    clamp_min, clamp_max = node.attrs(ClampedAttrs).clamp
    params = MulParams(
        broadcast=find_broadcast(node),
        input1_zero_point=a.zero_point,
        input2_zero_point=b.zero_point,
        output_zero_point=y.zero_point,
        multiplier=multiplier.value,
        shift=multiplier.shift,
        clamp_min=clamp_min,
        clamp_max=clamp_max,
    )
    lower_binary(lowering, node, "tcnn_mul_s8", params)


@dataclass(frozen=True, slots=True)
class MulRowsParams(Params):
    """What the kernel for DSP takes: mul.h."""

    ctype = "tcnn_mul_dsp_params_t"
    broadcast: Broadcast
    input1_zero_point: int
    input2_zero_point: int
    output_zero_point: int
    multiplier: int
    right: int
    clamp_min: int
    clamp_max: int


def _rows(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for DSP, of a multiplier that shifts to the right."""
    a, b, y = node.input(0), node.input(1), node.output()
    multiplier = rescaling_multiplier(a.scale, b.scale, y.scale, numerics)
    if not -_MOST_RIGHT <= multiplier.shift < 0:
        return None

    def make(walk: Broadcast) -> MulRowsParams:
        return MulRowsParams(
            walk,
            a.zero_point,
            b.zero_point,
            y.zero_point,
            multiplier.value,
            -multiplier.shift,
            *node.attrs(ClampedAttrs).clamp,
        )

    return binary_rows(node, "tcnn_mul_s8_dsp", make, 48.5, 80)


def _break_down(element: Element) -> Breakdown:
    node = element.node
    a, b, y = node.input(0), node.input(1), node.output()
    multiplier = rescaling_multiplier(a.scale, b.scale, y.scale, element.numerics)
    clamp = node.attrs(ClampedAttrs).clamp
    (where1, first), (where2, second) = (find_operand(element, n) for n in (0, 1))
    left, right = first - a.zero_point, second - b.zero_point

    def finish(product: int) -> int:
        return limit(requantize(product, multiplier) + y.zero_point, clamp)

    product = left * right
    rescaled = requantize(product, multiplier)
    cut = round_down(product, multiplier)
    return Breakdown(
        words="a product of two inputs, rescaled",
        result=finish(product),
        columns=("input at", "input", "- zero point"),
        terms=(
            (show_place(where1), str(first), str(left)),
            (show_place(where2), str(second), str(right)),
        ),
        stages=(
            ("first x second", product),
            (f"x {show_multiplier(multiplier)}, rounded twice", rescaled),
            (f"+ zero point {y.zero_point}", rescaled + y.zero_point),
            (f"within {clamp[0]} to {clamp[1]}", finish(product)),
        ),
        slips={
            "first input's zero point left out": finish(first * right),
            "second input's zero point left out": finish(left * second),
            "rounding left out": limit(cut + y.zero_point, clamp),
            "clamp left out": limit(rescaled + y.zero_point),
            "output zero point left out": limit(rescaled, clamp),
        },
    )


OPERATORS = (
    Operator(
        "MUL",
        18,
        read_first_clamp,
        _check,
        _lower,
        order=ELEMENTWISE,
        rows=ELEMENT_ROWS,
        channels=KEEP_APART,
        fold=fold_binary(np.multiply, activates=True),
        break_down=_break_down,
        count_cycles=cycles_by_output(67),
        kernels=(_rows,),
        options=21,
        count_possible=possible_by_output(8),
    ),
)

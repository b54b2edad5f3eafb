"""PRELU: what a file may say, the portable kernel, and one output of it."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import (
    float32_multiplier,
    requantize,
    rescaling_multiplier,
)
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
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
    check_broadcast,
    find_broadcast,
    lower_binary,
)

__all__ = ["break_down", "check", "lower"]


@dataclass(frozen=True, slots=True)
class PreluParams(Params):
    """What the kernel takes: prelu.h."""

    ctype = "tcnn_prelu_params_t"
    broadcast: Broadcast
    input_zero_point: int
    alpha_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int
    alpha_multiplier: int
    alpha_shift: int


def check(node: Node) -> None:
    """Scales whose multipliers have room."""
    check_broadcast(node)
    x, alpha, y = node.input(0), node.input(1), node.int8_output()
    node.check_output_shape(x.shape)
    node.check_headroom(float32_multiplier(x.scale, 1.0, y.scale), 255)
    node.check_headroom(float32_multiplier(x.scale, alpha.scale, y.scale), 255 * 255)


def lower(lowering: Lowering, node: Node) -> None:
    """The portable kernel."""
    x, alpha, y = node.input(0), node.input(1), node.output()
    numerics = lowering.numerics
    multiplier = rescaling_multiplier(x.scale, 1.0, y.scale, numerics)
    alpha_multiplier = rescaling_multiplier(x.scale, alpha.scale, y.scale, numerics)
    params = PreluParams(
        broadcast=find_broadcast(node),
        input_zero_point=x.zero_point,
        alpha_zero_point=alpha.zero_point,
        output_zero_point=y.zero_point,
        multiplier=multiplier.value,
        shift=multiplier.shift,
        alpha_multiplier=alpha_multiplier.value,
        alpha_shift=alpha_multiplier.shift,
    )
    lower_binary(lowering, node, "tcnn_prelu_s8", params)


def break_down(element: Element) -> Breakdown:
    """An input, times its slope if it is negative."""
    node = element.node
    x, alpha, y = node.input(0), node.input(1), node.output()
    (place, raw), (where, slope) = (find_operand(element, n) for n in (0, 1))
    value, factor = raw - x.zero_point, slope - alpha.zero_point
    scale = 1.0 if value >= 0 else alpha.scale
    multiplier = rescaling_multiplier(x.scale, scale, y.scale, element.numerics)
    product = value if value >= 0 else value * factor
    rescaled = requantize(product, multiplier)
    return Breakdown(
        words="its input, times a slope where it is negative",
        result=limit(rescaled + y.zero_point),
        columns=("input at", "input", "- zero point"),
        terms=(
            (show_place(place), str(raw), str(value)),
            (f"slope {show_place(where)}", str(slope), str(factor)),
        ),
        stages=(
            ("positive: itself" if value >= 0 else "negative: x slope", product),
            (f"x {show_multiplier(multiplier)}, rounded twice", rescaled),
            (f"+ zero point {y.zero_point}", rescaled + y.zero_point),
            ("within -128 to 127", limit(rescaled + y.zero_point)),
        ),
        slips={
            "rounding left out": limit(round_down(product, multiplier) + y.zero_point),
            "output zero point left out": limit(rescaled),
        },
    )

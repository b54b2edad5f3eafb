"""SQUARED_DIFFERENCE of two tensors; one may be a constant."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import (
    Multiplier,
    Numerics,
    quantize_multiplier,
    requantize,
)
from tinycnn.compiler.ir.kernel import Kernel
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
from tinycnn.compiler.operators.shared.channel_rules import KEEP_APART
from tinycnn.compiler.operators.shared.cycles import cycles_by_output
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing
from tinycnn.compiler.operators.shared.possible import possible_by_output
from tinycnn.compiler.operators.shared.terms import rescale_bytes, term_rows

__all__ = ["OPERATORS"]

_LEFT_SHIFT = 7  # of both terms


@dataclass(frozen=True, slots=True)
class SquaredDifferenceParams(Params):
    """What the kernel takes: squared_difference.h."""

    ctype = "tcnn_squared_difference_params_t"
    broadcast: Broadcast
    input1_zero_point: int
    input1_multiplier: int
    input1_shift: int
    input2_zero_point: int
    input2_multiplier: int
    input2_shift: int
    output_zero_point: int
    output_multiplier: int
    output_shift: int


def _check(node: Node) -> None:
    check_broadcast(node)
    _, _, output = _find_multipliers(node)
    if output.shift > 0:
        node.refuse_scales(f"the output scale {node.int8_output().scale} is too small")


def _find_multipliers(node: Node) -> tuple[Multiplier, Multiplier, Multiplier]:
    """Those of both terms, to twice the larger of their scales, and of the square."""
    a, b, y = node.input(0), node.input(1), node.output()
    twice_largest = 2.0 * max(a.scale, b.scale)
    unit = (1 << 2 * _LEFT_SHIFT) * y.scale
    return (
        quantize_multiplier(a.scale / twice_largest),
        quantize_multiplier(b.scale / twice_largest),
        quantize_multiplier(twice_largest * twice_largest / unit),
    )


def _lower(lowering: Lowering, node: Node) -> None:
    a, b, y = node.input(0), node.input(1), node.output()
    first, second, output = _find_multipliers(node)
    params = SquaredDifferenceParams(
        broadcast=find_broadcast(node),
        input1_zero_point=a.zero_point,
        input1_multiplier=first.value,
        input1_shift=first.shift,
        input2_zero_point=b.zero_point,
        input2_multiplier=second.value,
        input2_shift=second.shift,
        output_zero_point=y.zero_point,
        output_multiplier=output.value,
        output_shift=output.shift,
    )
    lower_binary(lowering, node, "tcnn_squared_difference_s8", params)


def _rows(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for DSP."""
    first, second, output = _find_multipliers(node)
    terms = (
        rescale_bytes(node, 0, _LEFT_SHIFT, first),
        -rescale_bytes(node, 1, _LEFT_SHIFT, second),
    )
    return term_rows(node, "tcnn_squared_difference_s8_dsp", terms, output)


def _break_down(element: Element) -> Breakdown:
    y = element.node.output()
    *scales, output = _find_multipliers(element.node)
    terms, scaled = [], []
    for number, multiplier in enumerate(scales):
        place, raw = find_operand(element, number)
        centred = raw - element.node.input(number).zero_point
        scaled.append(requantize(centred << _LEFT_SHIFT, multiplier))
        parts = (raw, centred, scaled[-1])
        terms.append((show_place(place), *map(str, parts)))
    difference = scaled[0] - scaled[1]
    rescaled = requantize(difference**2, output)
    return Breakdown(
        words="a squared difference of two rescaled inputs",
        result=limit(rescaled + y.zero_point),
        columns=("input at", "input", "- zero point", "rescaled"),
        terms=tuple(terms),
        stages=(
            ("first - second", difference),
            ("squared", difference**2),
            (f"x {show_multiplier(output)}, rounded twice", rescaled),
            (f"+ zero point {y.zero_point}", rescaled + y.zero_point),
            ("within -128 to 127", limit(rescaled + y.zero_point)),
        ),
        slips={
            "rounding left out": limit(
                round_down(difference**2, output) + y.zero_point
            ),
            "output zero point left out": limit(rescaled),
        },
    )


OPERATORS = (
    Operator(
        "SQUARED_DIFFERENCE",
        99,
        read_nothing,
        _check,
        _lower,
        order=ELEMENTWISE,
        channels=KEEP_APART,
        count_cycles=cycles_by_output(138),
        kernels=(_rows,),
        break_down=_break_down,
        count_possible=possible_by_output(11),
    ),
)

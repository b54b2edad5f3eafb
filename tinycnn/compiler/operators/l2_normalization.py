"""L2_NORMALIZATION: each row of the last dimension divided by its length."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.arithmetic.fixed_point import inverse_of_root
from tinycnn.compiler.arithmetic.numerics import Multiplier, requantize
from tinycnn.compiler.ir.graph import Attrs
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.breakdown import (
    Breakdown,
    Element,
    limit,
    round_down,
    show_multiplier,
    show_place,
)
from tinycnn.compiler.operators.shared.cycles import cycles_by_step
from tinycnn.compiler.operators.shared.memory_order import ROW_BY_ROW
from tinycnn.compiler.operators.shared.operator import Operator

__all__ = ["OPERATORS"]

_MAX_CHANNELS = (2**31 - 1) // 255**2  # whose squares fit 31 bits
_OUTPUT_BITS = 7  # the output's scale is 1/128


@dataclass(frozen=True, slots=True)
class L2NormalizationAttrs(Attrs):
    """Options: the number of the activation, which the references leave out."""

    activation: int


@dataclass(frozen=True, slots=True)
class L2NormalizationParams(Params):
    """What the kernel takes: l2_normalization.h."""

    ctype = "tcnn_l2_normalization_params_t"
    rows: int
    channels: int
    input_zero_point: int


def _check(node: Node) -> None:
    node.check_inputs(1)
    if node.attrs(L2NormalizationAttrs).activation:
        node.refuse("an activation inside it is not supported")
    x, y = node.int8_input(), node.int8_output()
    node.check_output_shape(x.shape)
    if (y.scale, y.zero_point) != (1 / 128, 0) or not x.shape:
        node.refuse(
            "expected output scale 1/128, zero point 0 and at least one dimension, got "
            f"{y.scale}, {y.zero_point} and {len(x.shape)}"
        )
    if x.shape[-1] > _MAX_CHANNELS:
        node.refuse(f"expected at most {_MAX_CHANNELS} channels, got {x.shape[-1]}")


def _lower(lowering: Lowering, node: Node) -> None:
    x = node.input()
    channels = x.shape[-1]
    params = L2NormalizationParams(x.size // channels, channels, x.zero_point)
    lowering.call(node, "tcnn_l2_normalization_s8", params)


def _break_down(element: Element) -> Breakdown:
    x = element.node.input()
    *row, channel = element.position
    raws = [int(value) for value in element.value()[tuple(row)]]
    centred = [raw - x.zero_point for raw in raws]
    squares = [value * value for value in centred]
    total = sum(squares)
    multiplier = _find_multiplier(total)
    result = requantize(centred[channel], multiplier)
    names = (show_place((*row, c)) for c in range(len(raws)))
    numbers = zip(raws, centred, squares, strict=True)
    short = requantize(centred[channel], _find_multiplier(total - squares[-1]))
    return Breakdown(
        words="an input, divided by the length of its row",
        result=limit(result),
        columns=("input at", "input", "- zero point", "squared"),
        terms=tuple(
            (name, *map(str, n)) for name, n in zip(names, numbers, strict=True)
        ),
        stages=(
            ("sum of squares", total),
            ("own input - zero point", centred[channel]),
            (f"x {show_multiplier(multiplier)}, rounded twice", result),
            ("within -128 to 127", limit(result)),
        ),
        slips={
            "rounding left out": limit(round_down(centred[channel], multiplier)),
            "last value left out of the sum": limit(short),
        },
    )


def _find_multiplier(total: int) -> Multiplier:
    """128 / the root of a sum of squares."""
    inverse = inverse_of_root(total)
    return Multiplier(inverse.value, inverse.shift + _OUTPUT_BITS)


OPERATORS = (
    Operator(
        "L2_NORMALIZATION",
        11,
        lambda raw: L2NormalizationAttrs(raw.int8(0)),
        _check,
        _lower,
        order=ROW_BY_ROW,
        count_cycles=cycles_by_step(6, 24, lambda node: node.input().size),
        break_down=_break_down,
        options=12,
    ),
)

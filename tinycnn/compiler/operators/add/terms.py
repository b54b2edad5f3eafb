"""ADD and SUB: the two terms of one output."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import Multiplier, requantize
from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.operators.add.rules import LEFT_SHIFT, find_multipliers
from tinycnn.compiler.operators.shared.binary_terms import find_operand
from tinycnn.compiler.operators.shared.breakdown import (
    Breakdown,
    Element,
    limit,
    round_down,
    show_multiplier,
    show_place,
)

__all__ = ["break_down_add", "break_down_sub"]

_COLUMNS = (
    "input at",
    "input",
    "- zero point",
    f"x 2^{LEFT_SHIFT}, multiplier",
    "term",
)


@dataclass(frozen=True, slots=True)
class _Term:
    """An input on the scale of the sum."""

    place: tuple[int, ...]
    raw: int
    zero_point: int
    multiplier: Multiplier

    @property
    def scaled(self) -> int:
        return self.scale(self.zero_point)

    def scale(self, zero_point: int) -> int:
        return requantize((self.raw - zero_point) << LEFT_SHIFT, self.multiplier)

    @property
    def parts(self) -> tuple[str, ...]:
        values = self.raw, self.raw - self.zero_point
        scale = show_multiplier(self.multiplier)
        return (show_place(self.place), *map(str, values), scale, str(self.scaled))


def break_down_add(element: Element) -> Breakdown:
    """Both inputs on one scale, added."""
    return _break_down(element, sign=1)


def break_down_sub(element: Element) -> Breakdown:
    """Both inputs on one scale, the second taken off."""
    return _break_down(element, sign=-1)


def _break_down(element: Element, *, sign: int) -> Breakdown:
    node = element.node
    *multipliers, output = find_multipliers(node)
    a, b = (_read(element, n, m) for n, m in enumerate(multipliers))
    clamp, y = node.attrs(ClampedAttrs).clamp, node.output()

    def finish(total: int) -> int:
        return limit(requantize(total, output) + y.zero_point, clamp)

    total = a.scaled + sign * b.scaled
    rescaled = requantize(total, output)
    swapped = [
        _Term(t.place, t.raw, t.zero_point, o.multiplier) for t, o in ((a, b), (b, a))
    ]
    slips = {
        "first input's zero point left out": finish(a.scale(0) + sign * b.scaled),
        "second input's zero point left out": finish(a.scaled + sign * b.scale(0)),
        "multipliers of the inputs swapped": finish(
            swapped[0].scaled + sign * swapped[1].scaled
        ),
        "first input twice": finish(a.scaled + sign * a.scaled),
        "second input left out": finish(a.scaled),
        "first input left out": finish(sign * b.scaled),
        "second input's sign turned": finish(a.scaled - sign * b.scaled),
        "rounding left out": limit(round_down(total, output) + y.zero_point, clamp),
        "clamp left out": limit(rescaled + y.zero_point),
        "limits left out": (rescaled + y.zero_point + 128) % 256 - 128,
        "output zero point left out": limit(rescaled, clamp),
    }
    return Breakdown(
        words="a sum of two rescaled inputs",
        result=finish(total),
        columns=_COLUMNS,
        terms=(a.parts, b.parts),
        stages=(
            ("first + second" if sign > 0 else "first - second", total),
            (f"x {show_multiplier(output)}, rounded twice", rescaled),
            (f"+ zero point {y.zero_point}", rescaled + y.zero_point),
            (f"within {clamp[0]} to {clamp[1]}", finish(total)),
        ),
        slips=slips,
    )


def _read(element: Element, number: int, multiplier: Multiplier) -> _Term:
    place, raw = find_operand(element, number)
    return _Term(place, raw, element.node.input(number).zero_point, multiplier)

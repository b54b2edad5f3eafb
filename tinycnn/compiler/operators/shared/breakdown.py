"""One number of an operator's output taken apart: the sum behind it, term by term.

In: the operator, the values of its inputs, a position of its output. Out: the terms,
what becomes of their sum, the number as the reference has it, and the numbers that
likely slips of a kernel would give instead. The arithmetic is the reference's, on
Python's integers; no kernel is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.arithmetic.numerics import Multiplier, Numerics
from tinycnn.compiler.ir.graph import Clamp
from tinycnn.compiler.ir.node import Node

__all__ = ["INT8", "BreakDown", "Breakdown", "Element", "Position", "limit"]
__all__ += ["round_down", "show_multiplier", "show_place"]

Position = tuple[int, ...]
Values = NDArray[np.generic]
INT8: Clamp = (-128, 127)
_NO_SLIPS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """One number of an operator's output.

    Attributes:
        node: The operator.
        numerics: The reference that computes it.
        values: Of its inputs, in their shapes; None of what is left out.
        position: Where the number is in the output.
        output: Which output it is in.
    """

    node: Node
    numerics: Numerics
    values: tuple[Values | None, ...]
    position: Position
    output: int = 0

    def value(self, number: int = 0) -> Values:
        """The values of an input that is known to be there."""
        values = self.values[number]
        assert values is not None
        return values


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How a number comes about.

    Attributes:
        words: In one sentence.
        result: The number, as the reference has it.
        columns: What each term's parts are.
        terms: Parts of each term; none where there is no sum.
        stages: What becomes of the sum, one value after the other.
        slips: What the number would be after a likely slip of the kernel, by its name.
    """

    words: str
    result: int
    columns: tuple[str, ...] = ()
    terms: tuple[tuple[str, ...], ...] = ()
    stages: tuple[tuple[str, int], ...] = ()
    slips: Mapping[str, int] = field(default_factory=lambda: _NO_SLIPS)


# None where an operator's number is no sum after all.
BreakDown = Callable[[Element], Breakdown | None]


def limit(value: int, clamp: Clamp = INT8) -> int:
    """`value`, or the end of the range that it is beyond."""
    return min(max(value, clamp[0]), clamp[1])


def round_down(value: int, multiplier: Multiplier) -> int:
    """Value * multiplier, all fractions cut off."""
    product, right = value * multiplier.value, 31 - multiplier.shift
    return product >> right if right >= 0 else product << -right


def show_multiplier(multiplier: Multiplier) -> str:
    """As the kernels have it."""
    return f"{multiplier.value} x 2^{multiplier.shift - 31}"


def show_place(place: Position) -> str:
    """A position as people write it."""
    return ", ".join(map(str, place))

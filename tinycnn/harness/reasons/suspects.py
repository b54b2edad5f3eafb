"""Which likely slip gives the wrong numbers of one tensor: all of them, and no others.

In: an operator, what its output should be and what it is. Out: the names of the slips
that give every wrong number that is tried, and change no right one where the wrong ones
are. A slip is a change of the operator's own sum, a neighbour's number in its place, or
what an earlier tensor left there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.emission.places import Place
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.shared.breakdown import Breakdown, Element
from tinycnn.harness.reasons.pattern import Region

__all__ = ["Wrong", "find_stale", "find_suspects", "take_apart"]

Values = NDArray[np.generic]
_TRIED = 24  # wrong numbers, and right ones, that a slip must give
_SHIFTS = {1: ("channel",), 2: ("row", "channel"), 3: ("row", "column", "channel")}


@dataclass(frozen=True, slots=True, eq=False)
class Wrong:
    """A tensor that an operator has computed wrongly.

    Attributes:
        node: The operator.
        numerics: The reference.
        values: Of its inputs; None of what is left out or not known.
        output: Which of its outputs it is.
        expected: What should be there.
        got: What is there.
        stale: What lay in its place before it was written, and whether that is known.
    """

    node: Node
    numerics: Numerics
    values: tuple[Values | None, ...]
    output: int
    expected: Values
    got: Values
    stale: tuple[Values, NDArray[np.bool_]] | None = None

    @property
    def differs(self) -> NDArray[np.bool_]:
        """Which elements are wrong."""
        return np.asarray(self.expected != self.got)


def take_apart(wrong: Wrong, place: int) -> Breakdown | None:
    """How the reference comes to the number at a flat place; None if it is no sum."""
    break_down = OPERATORS[wrong.node.op.kind].break_down
    if break_down is None or any(
        values is None and number >= 0
        for number, values in zip(wrong.node.op.inputs, wrong.values, strict=True)
    ):
        return None
    position = np.unravel_index(place, wrong.expected.shape)
    found = break_down(
        Element(
            wrong.node,
            wrong.numerics,
            wrong.values,
            tuple(int(i) for i in position),
            wrong.output,
        )
    )
    return found if found and found.result == wrong.expected.flat[place] else None


def find_suspects(wrong: Wrong, region: Region) -> tuple[str, ...]:
    """The slips that explain all wrong numbers, the operator's own first."""
    differs = wrong.differs
    bad = _spread(np.flatnonzero(differs))
    good = _spread(np.flatnonzero(~differs & region.mask))
    own = _own_slips(wrong, bad, good)
    return (*own, *_moved_slips(wrong, region), *_stale_slips(wrong))


def _spread(places: NDArray[np.intp]) -> NDArray[np.intp]:
    if len(places) <= _TRIED:
        return places
    return places[np.linspace(0, len(places) - 1, _TRIED).astype(np.intp)]


def _own_slips(
    wrong: Wrong, bad: NDArray[np.intp], good: NDArray[np.intp]
) -> list[str]:
    names: list[str] | None = None
    for place in (*bad, *good):
        found = take_apart(wrong, int(place))
        if found is None:
            return []
        slips: Mapping[str, int] = found.slips
        if names is None:
            names = list(slips)
        got = int(wrong.got.flat[place])
        names = [name for name in names if slips.get(name) == got]
    return names or []


def _moved_slips(wrong: Wrong, region: Region) -> Iterator[str]:
    """Those where each number is a neighbour's."""
    shape = wrong.expected.shape
    for axis, name in enumerate(_SHIFTS.get(len(shape) - 1, ()), start=1):
        for step, words in ((1, "before"), (-1, "after")):
            if shape[axis] < 2:
                continue
            moved = np.roll(wrong.expected, step, axis)
            if np.array_equal(moved[region.mask], wrong.got[region.mask]):
                yield f"the number of the {name} {words}"


def _stale_slips(wrong: Wrong) -> Iterator[str]:
    if wrong.stale is None:
        return
    values, known = wrong.stale
    bad = wrong.differs
    if known[bad].all() and np.array_equal(values[bad], wrong.got[bad]):
        yield "never written: what an earlier tensor left there"


def find_stale(
    places: tuple[Place, ...],
    expected: tuple[bytes | None, ...],
    number: int,
    arena_bytes: int,
) -> tuple[Values, NDArray[np.bool_]]:
    """What lay in a place before its operator ran, and which elements are known.

    A device has run the same image before, so that all it wrote lies there first.

    Args:
        places: Of the program.
        expected: What they should hold; None where nobody knows.
        number: Of the place.
        arena_bytes: Size of the arena.
    """
    arena, known = np.zeros(arena_bytes, np.uint8), np.zeros(arena_bytes, np.bool_)
    for i in (*range(len(places)), *range(number)):
        place, content = places[i], expected[i]
        if place.reads:
            continue
        span = slice(place.offset, place.offset + place.tensor.bytes)
        known[span] = content is not None
        if content is not None:
            arena[span] = np.frombuffer(content, np.uint8)
    place = places[number]
    span = slice(place.offset, place.offset + place.tensor.bytes)
    dtype = np.dtype(place.tensor.dtype)
    values = arena[span].view(dtype).reshape(place.tensor.shape)
    certain = known[span].reshape(-1, dtype.itemsize).all(axis=1)
    return values, certain.reshape(place.tensor.shape)

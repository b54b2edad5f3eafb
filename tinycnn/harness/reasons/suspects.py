"""Which likely slip gives the wrong numbers of one tensor: all of them, and no others.

In: an operator, what its output should be and what it is. Out: the names of the slips
that give the wrong numbers that are tried, and change no right one where the wrong ones
are. A slip is a change of the operator's own sum, a neighbour's number in its place, or
what an earlier run left there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.shared.breakdown import Breakdown, Element
from tinycnn.harness.reasons.pattern import Region

__all__ = ["Wrong", "find_suspects", "take_apart"]

Values = NDArray[np.generic]
_SHARE = 0.9  # of them: a kernel that reads too far may meet its own output
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
        again: The same once more, after another image; None if that was not asked.
        before: What earlier operators left in its place, and where they did.
    """

    node: Node
    numerics: Numerics
    values: tuple[Values | None, ...]
    output: int
    expected: Values
    got: Values
    again: Values | None = None
    before: tuple[Values, NDArray[np.bool_]] | None = None

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
    """The slips that explain the wrong numbers, the operator's own first.

    Args:
        wrong: The tensor.
        region: Where the wrong numbers are; a right one there speaks against a slip.
    """
    differs = wrong.differs
    bad = _spread(np.flatnonzero(differs))
    good = _spread(np.flatnonzero(~differs & region.mask))
    own = _own_slips(wrong, bad, good)
    return (*own, *_moved_slips(wrong, region), *_stale_slips(wrong, region))


def _spread(places: NDArray[np.intp]) -> NDArray[np.intp]:
    if len(places) <= _TRIED:
        return places
    return places[np.linspace(0, len(places) - 1, _TRIED).astype(np.intp)]


def _own_slips(
    wrong: Wrong, bad: NDArray[np.intp], good: NDArray[np.intp]
) -> Iterator[str]:
    """Those of the operator's sum."""
    hits: Counter[str] = Counter()  # among wrong numbers
    for place in bad:
        hits.update(_find_hits(wrong, int(place)))
    likely = {name for name, count in hits.items() if count >= _SHARE * len(bad)}
    rights: Counter[str] = Counter()
    for place in good if likely else ():
        rights.update(_find_hits(wrong, int(place)) & likely)
    for name, count in hits.items():
        if name in likely and rights[name] >= _SHARE * len(good):
            yield name + _tell_share(count + rights[name], len(bad) + len(good))


def _find_hits(wrong: Wrong, place: int) -> set[str]:
    """The slips that give what the device has at a flat place."""
    found = take_apart(wrong, place)
    got = wrong.got.flat[place]
    return (
        {name for name, value in found.slips.items() if value == got}
        if found
        else set()
    )


def _moved_slips(wrong: Wrong, region: Region) -> Iterator[str]:
    """Those where each number is a neighbour's."""
    shape, there = wrong.expected.shape, wrong.got[region.mask]
    for axis, name in enumerate(_SHIFTS.get(len(shape) - 1, ()), start=1):
        for step, words in ((1, "before"), (-1, "after")):
            if shape[axis] < 2:
                continue
            moved = np.roll(wrong.expected, step, axis)[region.mask]
            hits = int(np.sum(moved == there))
            if hits >= _SHARE * len(there):
                yield f"the number of the {name} {words}" + _tell_share(
                    hits, len(there)
                )


def _tell_share(hits: int, tried: int) -> str:
    """Nothing if it is all of them."""
    return "" if hits == tried else f" ({hits} of {tried})"


def _stale_slips(wrong: Wrong, region: Region) -> Iterator[str]:
    """That of numbers which were not written: what ran before decides them."""
    differs, elsewhere = wrong.differs, ~region.mask
    if wrong.again is None or wrong.before is None:
        return
    changed = wrong.again != wrong.got
    values, known = wrong.before
    is_old = bool((known & (values == wrong.got))[differs].all())
    if (is_old or changed[differs].any()) and not changed[elsewhere].any():
        yield "not computed: it keeps what lay there before"

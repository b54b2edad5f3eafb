"""Faults planted in the search for offsets: caught by trying all, or harmless.

`_decide` compares in three places with how far apart two blocks must be. One byte less
or more there is caught, but for two kinds that change the work and not the answer:

- A constraint that every offset satisfies is not seen to be (the first comparison asks
  for one more). It stays open until it is branched on; the arc of the side that holds
  anyway narrows no window, so that branch finds what there is to find.
- A side counts as open though its arc cannot hold (the second comparisons ask for one
  less): high[b] - low[a] is up - 1. Whether it is made an arc at once or by a branch,
  `_propagate` then raises low[b] to low[a] + up > high[b] and gives that state up, as
  `_decide` would have done.
"""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import Any

import pytest

from tests.compiler.memory.test_placement import draw_problem, is_valid, try_all
from tinycnn.compiler.memory import placement
from tinycnn.compiler.memory.placement import place

PROBLEMS = 60
# Which distance of `_decide`, in their order in the text, and by how much it is wrong.
FAULTS = [(number, change) for number in range(6) for change in (-1, 1)]
HARMLESS = {(0, 1), (1, 1), (2, -1), (3, -1)}


@cache
def least_end(seed: int) -> int:
    """That of the best placement."""
    return try_all(*draw_problem(seed), 1 + seed % 2)


def is_right(seed: int) -> bool:
    """Whether the search finds the best placement of a problem."""
    sizes, constraints = draw_problem(seed)
    found = place(sizes, constraints, [list(sizes)], alignment=1 + seed % 2)
    bounds = {found.bytes, found.lower_bound, least_end(seed)}
    return is_valid(constraints, found.offsets) and len(bounds) == 1


def plant(number: int, change: int) -> Any:
    """`_decide` with one of its distances changed."""
    text = inspect.getsource(placement._decide)
    distances = list(re.finditer(r"constraint\.(up|down)", text))
    assert len(distances) == 6
    end = distances[number].end()
    names = dict(vars(placement))
    exec(f"{text[:end]} + {change}{text[end:]}", names)
    return names["_decide"]


@pytest.mark.parametrize(("number", "change"), FAULTS)
def test_a_fault_is_caught_or_harmless(
    number: int, change: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a weak first answer, so that the search must find the best one."""
    monkeypatch.setattr(placement, "MAX_CLIMBS", 0)
    assert all(map(is_right, range(PROBLEMS)))

    monkeypatch.setattr(placement, "_decide", plant(number, change))

    assert all(map(is_right, range(PROBLEMS))) == ((number, change) in HARMLESS)

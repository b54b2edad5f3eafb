"""The search for offsets, against trying them all."""

from collections.abc import Mapping
from itertools import product

import numpy as np
import pytest

from tinycnn.compiler.memory import placement
from tinycnn.compiler.memory.placement import Constraint, place


def draw_problem(seed: int) -> tuple[dict[int, int], list[Constraint]]:
    """A few small blocks; some two may overlap on one side."""
    rng = np.random.default_rng(seed)
    sizes = {block: int(rng.integers(1, 5)) for block in range(rng.integers(2, 5))}
    constraints = [
        Constraint(
            a,
            b,
            up=int(rng.integers(1, sizes[a] + 1)),
            down=int(rng.integers(-1, sizes[b] + 1)),
        )
        for a in sizes
        for b in sizes
        if a < b and rng.random() < 0.8
    ]
    return sizes, constraints


def is_valid(constraints: list[Constraint], offsets: Mapping[int, int]) -> bool:
    """Whether every constraint is met."""
    return all(
        offsets[p.b] - offsets[p.a] >= p.up or offsets[p.a] - offsets[p.b] >= p.down
        for p in constraints
    )


def try_all(
    sizes: dict[int, int], constraints: list[Constraint], alignment: int
) -> int:
    """The end of the best placement."""
    best = sum(sizes.values()) + alignment * len(sizes)
    for choice in product(range(0, best, alignment), repeat=len(sizes)):
        end = max(o + s for o, s in zip(choice, sizes.values(), strict=True))
        if end < best and is_valid(constraints, dict(zip(sizes, choice, strict=True))):
            best = end
    return best


def test_placement_is_valid_and_optimal() -> None:
    """Small problems are solved to the optimum, and it is known to be one."""
    for seed in range(25):
        sizes, constraints = draw_problem(seed)
        alignment = 1 + seed % 2
        found = place(sizes, constraints, [list(sizes)], alignment=alignment)

        assert is_valid(constraints, found.offsets), seed
        assert all(o % alignment == 0 for o in found.offsets.values()), seed
        assert found.bytes == found.lower_bound, seed
        assert found.bytes == try_all(sizes, constraints, alignment), seed


def test_interrupted_search_states_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of budget, the greedy answer stands with the bound that it was given."""
    monkeypatch.setattr(placement, "MAX_WORK", 0)
    sizes = {0: 8, 1: 4, 2: 8}
    constraints = [Constraint(0, 1, 8, 4), Constraint(1, 2, 4, 8)]
    found = place(sizes, constraints, [[0, 1, 2], [1, 0, 2]], lower_bound=10)

    assert (found.bytes, found.lower_bound) == (12, 10)
    assert is_valid(constraints, found.offsets)


def test_bounds_are_never_above_the_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that ends early proves nothing about the sizes that it gave up on."""
    monkeypatch.setattr(placement, "MAX_CLIMBS", 0)
    for seed, work in product(range(25), (4, 16, 40)):
        monkeypatch.setattr(placement, "MAX_WORK", work)
        sizes, constraints = draw_problem(seed)

        assert place(sizes, constraints, [list(sizes)]).lower_bound <= try_all(
            sizes, constraints, 1
        )


def test_known_bound_ends_the_search() -> None:
    """A greedy answer at the bound is returned as it is."""
    found = place({0: 8, 1: 4}, [Constraint(0, 1, 8, 4)], [[1, 0]], lower_bound=12)

    assert found.offsets == {0: 4, 1: 0}


def test_contradictory_windows_are_no_endless_loop() -> None:
    """Two blocks that each must lie above the other do not fit, and that is seen."""
    sizes = {0: 1, 1: 1, 2: 1}
    constraints = [
        Constraint(0, 1, 3, 1),
        Constraint(1, 2, 3, 1),
        Constraint(0, 2, 1, 3),
    ]
    found = place(sizes, constraints, [[0, 1, 2]])

    assert found.bytes == try_all(sizes, constraints, 1)

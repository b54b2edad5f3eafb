"""Which operators run row by row, and what that may cost."""

from __future__ import annotations

import numpy as np
import pytest

from tests.compiler.passes.rewriting import Layers
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import Compilation, Objective, Optimize, compile_tflite


@pytest.fixture(scope="module")
def wide() -> bytes:
    """Three convolutions; between them is far more than at both ends."""
    rng = np.random.default_rng(3)
    layers = Layers(ModelBuilder(), (1, 32, 32, 2))
    layers.conv(rng.integers(-9, 10, (16, 3, 3, 2)))
    layers.conv(rng.integers(-9, 10, (16, 1, 1, 16)))
    layers.conv(rng.integers(-9, 10, (2, 3, 3, 16)))
    return layers.build()


def compile_wide(model: bytes, objective: Objective) -> Compilation:
    """What is compiled for `objective`."""
    return compile_tflite(model, name="m", objective=objective)


def count_links(compilation: Compilation) -> int:
    """Operators that run row by row."""
    return sum(len(call.links) for call in compilation.program.calls)


def cycles(compilation: Compilation) -> int:
    """As they are predicted."""
    return sum(kernel.cycles for kernel in compilation.choice.kernels.values())


def test_ram_chains_what_is_wide(wide: bytes) -> None:
    """A fraction of the arena, and it says of what."""
    fast, small = (compile_wide(wide, Objective(o)) for o in ("speed", "ram"))

    assert (count_links(fast), count_links(small)) == (0, 3)
    assert small.plan.arena_bytes < fast.plan.arena_bytes / 3
    assert small.unchained_bytes > 3 * small.plan.arena_bytes
    assert fast.unchained_bytes == 0


@pytest.mark.parametrize("optimize", ["speed", "size"])
def test_chains_come_where_memory_would_not_do(wide: bytes, optimize: Optimize) -> None:
    """With as much as is needed there are none; with less, the budget is kept."""
    enough = compile_wide(wide, Objective(optimize, ram_bytes=1 << 20))
    budgets = [enough.plan.arena_bytes // part for part in (2, 3, 4)]
    found = [compile_wide(wide, Objective(optimize, ram_bytes=b)) for b in budgets]

    assert count_links(enough) == 0
    for budget, compilation in zip(budgets, found, strict=True):
        assert count_links(compilation) > 1
        assert compilation.plan.arena_bytes <= budget
    spent = [cycles(compilation) for compilation in found]
    assert spent == sorted(spent)
    assert spent[0] < 1.2 * cycles(enough)


def test_what_no_chain_can_hold_stays_whole(wide: bytes) -> None:
    """Then the arena is the smallest that there is, and does not fit."""
    least = compile_wide(wide, Objective("ram")).plan.arena_bytes
    found = compile_wide(wide, Objective(ram_bytes=100))

    assert 100 < found.plan.arena_bytes <= least


def test_the_same_chains_each_time(wide: bytes) -> None:
    """Same file, same objective: same bytes."""
    first, second = (compile_wide(wide, Objective("ram")) for _ in range(2))

    assert first.sources == second.sources

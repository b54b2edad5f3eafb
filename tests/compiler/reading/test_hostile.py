"""Hostile files: each is refused in one clear line, or accepted and then right."""

import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.cases import CASES
from tests.compiler.executor import Executor
from tests.compiler.hostile import ACCEPTED, bombs, check_mutant, compare_isolated
from tests.compiler.models import conv_model, residual_model
from tests.compiler.mutants import mutate
from tests.compiler.random_networks import draw_network

resource = pytest.importorskip("resource")  # not on Windows

MUTANTS = 2000
SAMPLE = 20  # of the accepted, compiled and compared
LONGEST_S = 10.0
MOST_BYTES = 2 << 30


def most_bytes() -> int:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def draw_seeds() -> list[bytes]:
    """Whole models, and one of each operator."""
    rng = np.random.default_rng(7)
    networks = [draw_network(rng) for _ in range(6)]
    return [residual_model(), conv_model(), *networks] + [
        CASES[kind](np.random.default_rng(5)) for kind in sorted(CASES)
    ]


def test_mutants_are_refused_or_right(executor: Executor, tmp_path: Path) -> None:
    """No other exception, no hang; what is accepted equals the reference."""
    seeds, accepted = draw_seeds(), []
    outcomes: Counter[str] = Counter()
    for seed in range(MUTANTS):
        mutant = mutate(seeds[seed % len(seeds)], seed)
        start = time.monotonic()
        outcome = check_mutant(mutant)
        outcomes[outcome] += 1

        assert time.monotonic() - start < LONGEST_S, f"seed {seed}"
        if outcome == ACCEPTED:
            accepted.append((seed, mutant))
    sample = np.random.default_rng(0).permutation(len(accepted))[:SAMPLE]
    for seed, mutant in (accepted[i] for i in sample):
        compare_isolated(mutant, seed, executor, tmp_path)

    assert min(outcomes.values()) > MUTANTS / 50, outcomes


@pytest.mark.parametrize("name", sorted(bombs()))
def test_small_files_cannot_ask_for_much(name: str) -> None:
    """Time and memory stay bounded whatever the file declares."""
    model, start, before = bombs()[name](), time.monotonic(), most_bytes()

    check_mutant(model)

    assert time.monotonic() - start < LONGEST_S
    assert most_bytes() - before < MOST_BYTES

"""Every kernel against the reference interpreters, byte for byte."""

from collections import Counter

import numpy as np
import pytest

from tests.compiler.cases import CASES
from tests.compiler.equality import (
    DIFFERENT,
    EQUAL,
    NOT_IN_TFLM,
    compare_case,
    compare_model,
)
from tests.compiler.random_networks import draw_network
from tests.conftest import require_module
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.move import NO_CODE

CASES_PER_OPERATOR = 200
NETWORKS = 50


NUMERICS = ("litert", "tflm")
MISSING = {(kind, "tflm") for kind in NOT_IN_TFLM}


def require_reference(numerics):
    """Skip where the reference of `numerics` is not installed."""
    if numerics == "tflm":
        require_module("tflite_micro")


def test_every_supported_operator_has_cases():
    """No operator is supported without being compared."""
    of_files = [kind for kind, o in OPERATORS.items() if o.code != NO_CODE]
    assert sorted(of_files) == sorted(CASES)


@pytest.mark.parametrize(
    ("kind", "numerics"),
    [(k, n) for k in sorted(CASES) for n in NUMERICS if (k, n) not in MISSING],
)
def test_kernels_equal_the_reference(kind, numerics, executor):
    """Random models of one operator give the reference's bytes for each input."""
    require_reference(numerics)
    outcomes = Counter()
    for seed in range(CASES_PER_OPERATOR):
        outcome = compare_case(kind, seed, executor, numerics)
        outcomes[outcome] += 1

        assert outcome != DIFFERENT, f"{kind} seed {seed}"
    assert outcomes[EQUAL] == CASES_PER_OPERATOR or numerics == "tflm"
    assert outcomes[EQUAL] >= CASES_PER_OPERATOR / 5


@pytest.mark.parametrize("numerics", NUMERICS)
def test_whole_networks_equal_the_reference(executor, numerics):
    """Random networks of 3 to 20 operators give the reference's bytes."""
    require_reference(numerics)
    for seed in range(NETWORKS):
        rng = np.random.default_rng([seed, 3])
        outcome = compare_model(draw_network(rng), rng, executor, numerics)

        assert outcome == EQUAL, f"seed {seed}"

"""Every kernel against the reference interpreters, byte for byte."""

from collections import Counter

import numpy as np
import pytest

from tests.compiler.cases import CASES
from tests.compiler.equality import (
    DIFFERENT,
    EQUAL,
    REFUSED,
    compare_case,
    compare_model,
    compile_graph,
)
from tests.compiler.executor import Executor
from tests.compiler.random_networks import draw_network
from tests.compiler.tflite_builder import ModelBuilder
from tests.conftest import require_module
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.operators import supported_kinds
from tinycnn.reference import LOADERS

CASES_PER_OPERATOR = 200
NETWORKS = 50
NUMERICS = ("litert", "tflm")


def require_reference(numerics: Numerics) -> None:
    """Skip where the reference of `numerics` is not installed."""
    if numerics == "tflm":
        require_module("tflite_micro")


def test_every_supported_operator_has_cases() -> None:
    """No operator is supported without being compared."""
    assert supported_kinds() == sorted(CASES)


@pytest.mark.parametrize(
    ("kind", "numerics"),
    [(k, n) for k in sorted(CASES) for n in NUMERICS if k not in REFUSED[n]],
)
def test_kernels_equal_the_reference(
    kind: str, numerics: Numerics, executor: Executor
) -> None:
    """Random models of one operator give the reference's bytes for each input."""
    require_reference(numerics)
    outcomes: Counter[str] = Counter()
    for seed in range(CASES_PER_OPERATOR):
        outcome = compare_case(kind, seed, executor, numerics)
        outcomes[outcome] += 1

        assert outcome != DIFFERENT, f"{kind} seed {seed}"
    assert outcomes[EQUAL] == CASES_PER_OPERATOR or numerics == "tflm"
    assert outcomes[EQUAL] >= CASES_PER_OPERATOR / 5


@pytest.mark.parametrize("numerics", NUMERICS)
def test_whole_networks_equal_the_reference(
    executor: Executor, numerics: Numerics
) -> None:
    """Random networks of 3 to 20 operators give the reference's bytes."""
    require_reference(numerics)
    for seed in range(NETWORKS):
        rng = np.random.default_rng([seed, 3])
        outcome = compare_model(draw_network(rng), rng, executor, numerics)

        assert outcome == EQUAL, f"seed {seed}"


@pytest.mark.parametrize("numerics", NUMERICS)
def test_scales_are_multiplied_in_doubles(
    executor: Executor, numerics: Numerics
) -> None:
    """A sum next to a rounding edge, where a product of scales in floats is too far."""
    require_reference(numerics)
    b = ModelBuilder()
    x_scale, w_scale = 0.016736779361963272, 0.018621085211634636
    x = b.tensor((1, 1), scale=x_scale)
    w = b.tensor((1, 1), scale=w_scale, data=np.ones((1, 1), np.int8))
    sums = np.array([-1754845], np.int32)
    bias = b.tensor((1,), "int32", scale=x_scale * w_scale, data=sums)
    y = b.tensor((1, 1), scale=5.912539482116699)
    b.op("FULLY_CONNECTED", [x, w, bias], [y])
    model = b.build([x], [y])
    rows = np.arange(-128, 128, dtype=np.int8).reshape(-1, 1)

    expected = LOADERS[numerics](model)([row.tobytes() for row in rows])
    assert expected == executor.run(compile_graph(model, numerics), rows)

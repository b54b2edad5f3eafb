import math

import numpy as np
import pytest

from tinycnn.compiler.arithmetic.fixed_point import (
    logistic_fixed_point,
    softmax_exp_table,
    tanh_fixed_point,
)
from tinycnn.compiler.arithmetic.numerics import (
    Multiplier,
    mean_multiplier,
    quantize_multiplier,
    single_rounding_multiplier,
)
from tinycnn.errors import UnsupportedModelError


@pytest.mark.parametrize("real", [1e-7, 0.0003, 0.25, 0.7, 1.0, 3.5, 1000.0])
def test_multipliers_are_within_half_a_unit(real: float) -> None:
    """The fixed-point value is the nearest of 31 bits."""
    multiplier = quantize_multiplier(real)

    value = multiplier.value * 2.0 ** (multiplier.shift - 31)
    assert abs(value - real) <= real * 2.0**-31


def test_tiny_scales_become_zero() -> None:
    """Below 2^-32 nothing is left, as in TFLite."""
    assert quantize_multiplier(2.0**-40) == Multiplier(0, 0)


def test_mean_folds_the_division() -> None:
    """One multiplier divides by the count and rescales."""
    multiplier = mean_multiplier(0.5, 49)

    value = multiplier.value * 2.0 ** (multiplier.shift - 31)
    assert value == pytest.approx(0.5 / 49, rel=1e-8)


def test_single_rounding_equals_the_double_arithmetic() -> None:
    """For random scales and sums, the integer result is that of C's round()."""
    rng = np.random.default_rng(0)
    for _ in range(300):
        real, zero_point = 2.0 ** rng.uniform(-14, -1), int(rng.integers(-128, 128))
        m = single_rounding_multiplier(real, zero_point)
        for accumulator in rng.integers(-300 / real, 300 / real, 50).tolist():
            product = accumulator * m.value
            right = 31 - m.shift
            got = (product + (1 << (right - 1)) - (product < 0)) >> right
            exact = accumulator * real
            expected = math.floor(abs(exact) + 0.5) * (1 if exact >= 0 else -1)
            limits = (-128 - zero_point, 127 - zero_point)
            assert np.clip(got, *limits) == np.clip(expected, *limits)


def test_impossible_scales_are_refused() -> None:
    """A scale that no multiplier can express is an error, not a wrong result."""
    with pytest.raises(UnsupportedModelError, match="expected a multiplier between"):
        single_rounding_multiplier(2.0**40, 0)


def test_softmax_table_is_the_exponential() -> None:
    """Entry d is exp(-scale * beta * d), to the precision of the reference."""
    table = softmax_exp_table(0.1, 0.5)

    expected = np.exp(-0.05 * np.arange(len(table)))
    assert np.allclose(np.array(table) / 2**31, expected, atol=1e-6)


def test_steps_beyond_reach_do_not_matter() -> None:
    """A multiplier that no sum of the layer can tell from the exact one will do."""
    real = 2.0**-22.3
    with pytest.raises(UnsupportedModelError, match="no 31-bit multiplier steps"):
        single_rounding_multiplier(real, 0)

    assert single_rounding_multiplier(real, 0, (-10_000_000, 10_000_000)).shift == -22


def test_fixed_point_functions_are_accurate() -> None:
    """LOGISTIC and TANH of TFLite Micro, to the precision of 27 fraction bits."""
    values = np.linspace(-15, 15, 301)
    raw = [round(v * 2**27) for v in values]

    logistic = np.array([logistic_fixed_point(r) for r in raw]) / 2**31
    tanh = np.array([tanh_fixed_point(r) for r in raw]) / 2**31
    assert np.allclose(logistic, 1 / (1 + np.exp(-values)), atol=1e-6)
    assert np.allclose(tanh, np.tanh(values), atol=1e-6)

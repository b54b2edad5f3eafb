import ctypes
import ctypes.util
import math
import platform
from collections.abc import Callable

import numpy as np
import pytest

from tinycnn.compiler.arithmetic.float_functions import exp_float32, tanh_float32


def floats(seed: int, low: float, high: float) -> np.ndarray:
    """Numbers of both signs whose exponents are evenly spread."""
    rng = np.random.default_rng(seed)
    sizes = 2.0 ** rng.uniform(low, high, 3000)
    return (rng.choice([-1, 1], sizes.shape) * sizes).astype(np.float32)


def test_exp_is_within_little_more_than_half_a_unit() -> None:
    """The steps of the C library lose no more than that."""
    for x in floats(0, -20, 6):
        exact, got = math.exp(float(x)), exp_float32(x)
        assert abs(float(got) - exact) <= 0.51 * float(np.spacing(got))


@pytest.mark.parametrize(("x", "expected"), [(1e30, np.inf), (-1e30, 0.0)])
def test_exp_of_large_numbers_is_infinite_or_zero(x: float, expected: float) -> None:
    """As in C, without an exception."""
    assert exp_float32(np.float32(x)) == expected


def test_tanh_is_within_two_units_of_the_last_place() -> None:
    """The steps of fdlibm lose no more than that."""
    for x in floats(1, -14, 5):
        exact, got = math.tanh(float(x)), tanh_float32(x)
        assert abs(float(got) - exact) <= 2.2 * float(np.spacing(np.abs(got)))


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc"
    or tuple(map(int, platform.libc_ver()[1].split("."))) > (2, 40),
    reason="another C library than the one that is repeated",
)
@pytest.mark.parametrize(
    ("name", "function"), [("expf", exp_float32), ("tanhf", tanh_float32)]
)
def test_functions_are_those_of_the_c_library(
    name: str, function: Callable[[np.ndarray], np.ndarray]
) -> None:
    """Every bit is that of glibc's function."""
    expected = ctypes.CDLL(ctypes.util.find_library("m"))[name]
    expected.restype, expected.argtypes = ctypes.c_float, [ctypes.c_float]
    for x in floats(2, -30, 7):
        assert function(x) == np.float32(expected(float(x)))

import ctypes
import ctypes.util
import math
import platform

import numpy as np
import pytest

from tinycnn.compiler.float_functions import exp_float32, tanh_float32


def floats(seed, low, high):
    """Numbers of both signs whose exponents are evenly spread."""
    rng = np.random.default_rng(seed)
    sizes = 2.0 ** rng.uniform(low, high, 3000)
    return (rng.choice([-1, 1], sizes.shape) * sizes).astype(np.float32)


def test_exp_is_correctly_rounded():
    """No 32-bit float is nearer to the exponential."""
    for x in floats(0, -20, 6):
        exact, got = math.exp(float(x)), exp_float32(x)
        beside = np.nextafter(got, np.float32([-np.inf, np.inf]))
        assert all(abs(float(got) - exact) <= abs(float(b) - exact) for b in beside)


def test_exp_of_large_numbers_is_infinite():
    """As in C, without an exception."""
    assert exp_float32(np.float32(1e30)) == np.inf


def test_tanh_is_within_two_units_of_the_last_place():
    """The steps of fdlibm lose no more than that."""
    for x in floats(1, -14, 5):
        exact, got = math.tanh(float(x)), tanh_float32(x)
        assert abs(float(got) - exact) <= 2.2 * float(np.spacing(np.abs(got)))


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc"
    or tuple(map(int, platform.libc_ver()[1].split("."))) > (2, 40),
    reason="another C library than the one that is repeated",
)
def test_tanh_is_that_of_the_c_library():
    """Every bit is that of glibc's tanhf."""
    library = ctypes.CDLL(ctypes.util.find_library("m"))
    library.tanhf.restype, library.tanhf.argtypes = ctypes.c_float, [ctypes.c_float]
    for x in floats(2, -30, 6):
        assert tanh_float32(x) == np.float32(library.tanhf(float(x)))

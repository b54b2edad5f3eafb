"""Functions of 32-bit floats with the roundings of the C library under the reference.

The reference calls its platform's `expf` and `tanhf`. Neither is always correctly
rounded: the former takes the steps, in 64-bit floats, that glibc, musl and newlib have
in common; the latter those of fdlibm, which glibc takes up to 2.40 and which are off by
up to two units in the last place. Each step rounds as it does there, so that the result
is the same on any computer.
"""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

__all__ = ["erfc_float32", "exp_float32", "tanh_float32"]

Float = np.float32

_STEPS = 32  # table entries from 1 to 2
_STEPS_PER_ONE = 1.4426950408889634 * _STEPS  # 1 / ln 2
_EXP_TERMS = (  # of 2^(r / 32), highest power first
    0.05550361559341535 / _STEPS**3,
    0.2402284522445722 / _STEPS**2,
    0.6931471806916203 / _STEPS,
)
_TWO_TO = tuple(float(Decimal(2) ** (Decimal(i) / _STEPS)) for i in range(_STEPS))
_EXP_LARGEST, _EXP_SMALLEST = Float(88.72283), Float(-103.97207)

_HALF, _ONE, _TWO, _THREE, _SIX = (Float(v) for v in (0.5, 1, 2, 3, 6))
_LN2_HIGH, _LN2_LOW = Float(6.9313812256e-01), Float(9.0580006145e-06)
_ONE_OVER_LN2 = Float(1.4426950216e00)
_EXPM1_TERMS = tuple(  # of the odd part of expm1, highest power first
    Float(v)
    for v in (
        -2.0109921195e-07,
        4.0082177293e-06,
        -7.9365076090e-05,
        1.5873016091e-03,
        -3.3333335072e-02,
    )
)
_LARGE = Float(22.0)  # tanh is 1 from here on
_SMALLEST = Float(2.0**-25)  # expm1(x) is x below


def exp_float32(x: np.float32) -> np.float32:
    """exp(x); infinity where it is too large, 0 where it is too small.

    >>> float(exp_float32(np.float32(1)))
    2.7182817459106445
    """
    if x > _EXP_LARGEST:
        return Float(np.inf)
    if x < _EXP_SMALLEST:
        return Float(0)
    steps = float(x) * _STEPS_PER_ONE
    k = round(steps)
    rest = steps - k
    high = _EXP_TERMS[0] * rest + _EXP_TERMS[1]
    low = _EXP_TERMS[2] * rest + 1.0
    power = math.ldexp(_TWO_TO[k % _STEPS], k // _STEPS)
    return Float((high * (rest * rest) + low) * power)


def erfc_float32(x: np.float32, off: int = 0) -> np.float32:
    """1 - erf(x), correctly rounded, or its neighbour `off` (-1, 1) units away.

    C libraries compute it within one unit in the last place, each in its own way: what
    is the same with both neighbours is so under any. All give 2 from -6 down.
    """
    value = Float(math.erfc(float(x)))
    if off and x > -_SIX:
        value = np.nextafter(value, Float(off * np.inf))
    return value


def tanh_float32(x: np.float32) -> np.float32:
    """tanh(x), as fdlibm's tanhf.

    >>> float(tanh_float32(np.float32(0.5))) == float(np.float32(math.tanh(0.5)))
    True
    """
    size = abs(x)
    if size >= _LARGE:
        result = _ONE
    elif size >= _ONE:
        result = _ONE - _TWO / (_expm1(_TWO * size) + _TWO)
    else:
        t = _expm1(-_TWO * size)
        result = -t / (t + _TWO)
    return Float(np.copysign(result, x))


def _expm1(x: np.float32) -> np.float32:
    """exp(x) - 1 for |x| < 44, as fdlibm's expm1f."""
    if abs(x) < _SMALLEST:
        return x
    if x < Float(-18.714973):  # -27 ln 2
        return -_ONE
    k, x, rest = _reduce(x)
    half = _HALF * x
    square = x * half
    series = Float(0)
    for term in _EXPM1_TERMS:
        series = (term + series) * square
    series = _ONE + series
    t = _THREE - series * half
    error = square * ((series - t) / (_SIX - x * t))
    if k == 0:
        return x - (x * error - square)
    error = (x * (error - rest) - rest) - square
    return _scale(k, x, error)


def _reduce(x: np.float32) -> tuple[int, np.float32, np.float32]:
    """k, r and what r lost to rounding: x = k ln 2 + r."""
    size = abs(x)
    if size <= Float(0.5 * math.log(2)):
        return 0, x, Float(0)
    if size < Float(1.5 * math.log(2)):
        k = 1 if x > 0 else -1
    else:
        k = int(_ONE_OVER_LN2 * x + np.copysign(_HALF, x))
    high, low = x - Float(k) * _LN2_HIGH, Float(k) * _LN2_LOW
    reduced = high - low
    return k, reduced, (high - reduced) - low


def _scale(k: int, x: np.float32, error: np.float32) -> np.float32:
    """2^k * (x - error + 1) - 1, in the order that loses least."""
    if k == -1:
        return _HALF * (x - error) - _HALF
    if k == 1:
        if x < Float(-0.25):
            return -_TWO * (error - (x + _HALF))
        return _ONE + _TWO * (x - error)
    power = Float(2.0**k)
    if k <= -2 or k > 56:
        return (_ONE - (error - x)) * power - _ONE
    if k < 23:
        return ((_ONE - _ONE / power) - (error - x)) * power
    return ((x - (error + _ONE / power)) + _ONE) * power

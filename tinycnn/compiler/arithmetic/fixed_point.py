"""Functions in 32-bit fixed point with the roundings of gemmlowp.

In and out: raw integers; "Qm.n" has m integer and n fraction bits. SOFTMAX is computed
so by both references, as are lengths of rows; LOGISTIC and TANH by TFLite Micro.
"""

from __future__ import annotations

import math

from tinycnn.compiler.arithmetic.numerics import (
    Multiplier,
    divide_by_power_of_two,
    doubling_high_multiply,
    quantize_multiplier,
)

__all__ = [
    "inverse_of_root",
    "logistic_fixed_point",
    "one_over_one_plus",
    "softmax_differences",
    "softmax_exp_table",
    "softmax_multiplier",
    "tanh_fixed_point",
]

_ONE = (1 << 31) - 1  # in Q0.31, all but
_SQRT_HALF = 1518500250  # in Q0.31
_SOFTMAX_INTEGER_BITS = 5
_EXP_BARREL = (  # exp(-2^k) as Q0.31, k = -2 to 4
    (-2, 1672461947),
    (-1, 1302514674),
    (0, 790015084),
    (1, 290630308),
    (2, 39332535),
    (3, 720401),
    (4, 242),
)


def softmax_exp_table(scale: float, beta: float) -> tuple[int, ...]:
    """exp(-scale * beta * difference) in Q0.31 for each difference that counts.

    Entry `d` belongs to a value `d` below the largest of its row.
    """
    differences = softmax_differences(scale, beta)
    return tuple(_exp_on_negative_values(d, _SOFTMAX_INTEGER_BITS) for d in differences)


def softmax_differences(scale: float, beta: float) -> tuple[int, ...]:
    """-scale * beta * difference in Q5.26 for each difference that counts.

    Follows TFLite's CalculateInputRadius.
    """
    multiplier = softmax_multiplier(scale, beta)
    fraction_bits = 31 - _SOFTMAX_INTEGER_BITS
    radius = math.floor(
        ((1 << _SOFTMAX_INTEGER_BITS) - 1) * 2.0 ** (fraction_bits - multiplier.shift)
    )
    return tuple(
        doubling_high_multiply(-d << multiplier.shift, multiplier.value)
        for d in range(min(radius, 255) + 1)
    )


def softmax_multiplier(scale: float, beta: float) -> Multiplier:
    """The multiplier to Q5.26 (TFLite's PreprocessSoftmaxScaling)."""
    fraction_bits = 31 - _SOFTMAX_INTEGER_BITS
    real = beta * scale * (1 << fraction_bits)
    return quantize_multiplier(min(real, 2.0**31 - 1))


def logistic_fixed_point(a: int) -> int:
    """1 / (1 + exp(-a)), Q4.27 to Q0.31."""
    if a == 0:
        return 1 << 30
    positive = one_over_one_plus(_exp_on_negative_values(-abs(a), 4))
    return positive if a > 0 else _ONE - positive


def tanh_fixed_point(a: int) -> int:
    """The hyperbolic tangent, Q4.27 to Q0.31."""
    exp = _exp_on_negative_values(-abs(a), 5)  # of 2a: the same bits, read as Q5.26
    ratio = _shift_left(_reciprocal(exp) - (1 << 29), 2)  # (1 - exp) / (1 + exp)
    return (a > 0) * ratio - (a < 0) * ratio


def one_over_one_plus(x: int) -> int:
    """1 / (1 + x) in Q0.31, for x in [0, 1)."""
    return _shift_left(_reciprocal(x), 1)


def inverse_of_root(total: int) -> Multiplier:
    """1 / sqrt(total), as TFLite's GetInvSqrtQuantizedMultiplierExp computes it."""
    if total <= 1:
        return Multiplier(_ONE, 0)
    shift = 11
    while total >= 1 << 29:
        total //= 4
        shift += 1
    pairs = (31 - total.bit_length()) // 2 - 1
    shift -= pairs
    root = _invert_root((total << 2 * pairs) >> 1)
    value = doubling_high_multiply(root, _SQRT_HALF) << max(-shift, 0)
    return Multiplier(value, -max(shift, 0))


def _invert_root(x: int) -> int:
    """1 / sqrt(x), both Q3.28: five Newton steps from 1."""
    half, y = divide_by_power_of_two(x, 1), 1 << 28
    for _ in range(5):
        square = doubling_high_multiply(y, y)
        cube = _shift_left(doubling_high_multiply(square, y), 6)
        step = doubling_high_multiply(3 << 27, y) - doubling_high_multiply(half, cube)
        y = _shift_left(step, 3)
    return y


def _reciprocal(x: int) -> int:
    """2 / (1 + x), Q0.31 to Q2.29: three Newton steps on a linear first guess."""
    half_denominator = (x + _ONE + 1) >> 1
    constant_48_over_17, constant_neg_32_over_17 = 1515870810, -1010580540
    result = constant_48_over_17 + doubling_high_multiply(
        half_denominator, constant_neg_32_over_17
    )
    for _ in range(3):
        error = (1 << 29) - doubling_high_multiply(half_denominator, result)
        result += _shift_left(doubling_high_multiply(result, error), 2)
    return result


def _shift_left(value: int, bits: int) -> int:
    """Value * 2^bits, saturating at 32 bits."""
    return min(max(value << bits, -(1 << 31)), _ONE)


def _exp_on_negative_values(a: int, integer_bits: int) -> int:
    """The gemmlowp function of this name, to Q0.31, for a <= 0."""
    if a == 0:
        return _ONE
    fraction_bits = 31 - integer_bits
    quarter = 1 << (fraction_bits - 2)
    a_mod_quarter = (a & (quarter - 1)) - quarter
    result = _exp_on_quarter(a_mod_quarter << integer_bits)
    remainder = a_mod_quarter - a
    for exponent, factor in _EXP_BARREL:
        bit = fraction_bits + exponent
        if exponent < integer_bits and remainder & (1 << bit):
            result = doubling_high_multiply(result, factor)
    return result


def _exp_on_quarter(a: int) -> int:
    """exp(a) for a in [-1/4, 0) in Q0.31, as gemmlowp's Taylor expansion at -1/8."""
    constant_term = 1895147668  # exp(-1/8)
    one_third = 715827883
    x = a + (1 << 28)  # a + 1/8
    x2 = doubling_high_multiply(x, x)
    x3 = doubling_high_multiply(x2, x)
    x4 = doubling_high_multiply(x2, x2)
    x4_over_4 = divide_by_power_of_two(x4, 2)
    inner = doubling_high_multiply(x4_over_4 + x3, one_third) + x2
    half = divide_by_power_of_two(inner, 1)
    return constant_term + doubling_high_multiply(constant_term, x + half)

"""The roundings of TFLite's reference kernels, as tensor arithmetic.

Whole numbers are held in floats of 64 bits, where every intermediate is exact.
"""

from __future__ import annotations

import math
from typing import Any

from tinycnn.models.backend import tf

__all__ = [
    "divide_by_power_of_two",
    "double",
    "multiplier_exponent",
    "requantized",
    "round_half_away",
    "single",
    "straight_through",
]

_LOG_ERROR = 2.0**-33  # a mantissa of 31 bits rounds up to the next power of two


def requantized(accumulator: Any, factor: Any, *, divisor: int = 1) -> Any:
    """`accumulator * factor / divisor` in whole numbers, as the reference rounds.

    TFLite multiplies by the mantissa of `factor` and rounds, then divides by a power of
    two and rounds again, a half away from zero.
    """
    exponent = multiplier_exponent(factor) - (divisor.bit_length() - 1)
    step = tf.pow(double(2.0), tf.minimum(exponent, 0.0))
    q = tf.floor(accumulator * (factor / divisor / step) + 0.5) * step
    return round_half_away(q)


def multiplier_exponent(factor: Any) -> Any:
    """The power of two that scales `factor` into a mantissa from 1/2 to 1."""
    return tf.floor(tf.math.log(factor) / math.log(2.0) + _LOG_ERROR) + 1.0


def divide_by_power_of_two(x: Any, exponent: Any) -> Any:
    """`x / 2**exponent` in whole numbers, a half away from zero."""
    return round_half_away(x * tf.pow(double(2.0), -exponent))


def round_half_away(x: Any) -> Any:
    """The nearest whole number."""
    return tf.sign(x) * tf.floor(tf.abs(x) + 0.5)


def double(x: Any) -> Any:
    """`x` in floats of 64 bits."""
    return tf.cast(x, tf.float64)


@tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow ships no types
def straight_through(x: Any, rounded: Any) -> tuple[Any, Any]:
    """`rounded`, with the gradient of `x`."""
    return rounded, lambda upstream: (upstream, None)


def single(x: Any) -> Any:
    """`x` rounded to floats of 32 bits."""
    return double(tf.cast(x, tf.float32))

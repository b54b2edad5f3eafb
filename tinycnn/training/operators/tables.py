"""How the reference computes functions of one value, as tensor arithmetic.

From whole numbers relative to the input's real zero, its scale and the output's, to
whole numbers on the output's grid; all in floats of 64 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinycnn.models.backend import tf
from tinycnn.training.rounding import (
    divide_by_power_of_two,
    double,
    multiplier_exponent,
    round_half_away,
    single,
)

__all__ = ["hard_swish", "logistic", "looked_up"]

_INT16_MAX = 2.0**15 - 1


def looked_up(function: Callable[[Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """A table of `function`, computed in floats of 32 bits."""

    def counted(x: Any, x_scale: Any, scale: Any) -> Any:
        y = function(tf.cast(x * x_scale, tf.float32))
        return round_half_away(single(double(y) / scale))

    return counted


def logistic(x: Any, x_scale: Any, scale: Any) -> Any:
    """LOGISTIC: each operation in floats of 32 bits."""
    exponential = single(tf.exp(-single(x * x_scale)))
    share = single(1.0 / single(1.0 + exponential))
    return round_half_away(single(share / scale))


def hard_swish(x: Any, x_scale: Any, scale: Any) -> Any:
    """HARD_SWISH: x * relu6(x + 3) / 6 in 16 bits, of which 7 are a fraction."""
    high = x * 128.0
    fine_scale = single(x_scale / 128.0)
    factor, exponent = _multiplier_16(single(fine_scale / scale))
    ramp_factor, ramp_exponent = _multiplier_16(single(fine_scale / (3 / 32768)))
    left = tf.pow(double(2.0), tf.maximum(ramp_exponent - 1.0, 0.0))
    ramp = _high_multiply(_saturated(high * left), ramp_factor)
    ramp = tf.where(ramp_exponent > 0, _saturated(ramp * 2.0), ramp)
    ramp = divide_by_power_of_two(ramp, tf.maximum(-ramp_exponent, 0.0))
    ramp = tf.floor((ramp + 2.0**15) / 2.0)
    product = ramp * _high_multiply(high, factor) / 2.0**15
    whole = tf.sign(product) * tf.floor(tf.abs(product))
    return divide_by_power_of_two(whole, -exponent)


def _multiplier_16(factor: Any) -> tuple[Any, Any]:
    """`factor` as a whole number of 15 bits and an exponent."""
    exponent = multiplier_exponent(factor)
    mantissa = round_half_away(factor * tf.pow(double(2.0), 31.0 - exponent))
    return tf.minimum(tf.floor((mantissa + 2.0**15) / 2.0**16), _INT16_MAX), exponent


def _high_multiply(x: Any, factor: Any) -> Any:
    """The upper half of twice a product of 16-bit numbers, a half upwards."""
    return tf.floor((x * factor + 2.0**14) / 2.0**15)


def _saturated(x: Any) -> Any:
    return tf.clip_by_value(x, -_INT16_MAX - 1.0, _INT16_MAX)

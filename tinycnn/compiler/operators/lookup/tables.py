"""Functions of one int8 value as tables of 256 outputs, computed offline.

In: quantization of input and output. Out: the output for each input from -128 to 127,
with the reference's arithmetic: LOGISTIC and TANH in 32-bit floats (LiteRT's
`LUTPopulate`) or fixed point (TFLite Micro), EXP, ELU and GELU in 32-bit floats, RELU
and its kin, LEAKY_RELU and ABS by one requantization, HARD_SWISH in 16-bit fixed point.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.arithmetic.fixed_point import (
    logistic_fixed_point,
    tanh_fixed_point,
)
from tinycnn.compiler.arithmetic.float_functions import exp_float32, tanh_float32
from tinycnn.compiler.arithmetic.numerics import (
    Multiplier,
    Numerics,
    divide_by_power_of_two,
    quantize_multiplier,
    requantize,
    rescaling_multiplier,
    round_half_away,
)
from tinycnn.compiler.ir.graph import Tensor

__all__ = [
    "LookupTable",
    "abs_table",
    "elu_table",
    "exp_table",
    "gelu_table",
    "hard_swish_multipliers",
    "hard_swish_table",
    "leaky_relu_table",
    "logistic_table",
    "relu6_table_tflm",
    "relu_table",
    "tanh_table",
]

LookupTable = tuple[int, ...]

_HALF = np.float32(0.5)
_SQRT_HALF = np.float32(math.sqrt(0.5))
_SQRT_2_OVER_PI = np.float32(math.sqrt(2 / math.pi))
_FAR = 1e6  # beyond every output, and no integer is made of infinity


def relu_table(
    x: Tensor, y: Tensor, clamp: tuple[int, int], numerics: Numerics = "litert"
) -> LookupTable:
    """The input on the output's scale, within `clamp`."""
    multiplier = rescaling_multiplier(x.scale, 1.0, y.scale, numerics)
    outputs = (requantize(value, multiplier) + y.zero_point for value in _values(x))
    return tuple(min(max(output, clamp[0]), clamp[1]) for output in outputs)


def relu6_table_tflm(x: Tensor) -> LookupTable:
    """The input from 0 to 6; TFLite Micro does not look at the output's scale."""
    six = min(x.zero_point + round_half_away(6.0 / x.scale), 127)
    return tuple(min(max(value, x.zero_point), six) for value in range(-128, 128))


def leaky_relu_table(
    x: Tensor, y: Tensor, alpha: float, numerics: Numerics = "litert"
) -> LookupTable:
    """The input where it is positive, `alpha` times the input elsewhere."""
    identity = rescaling_multiplier(x.scale, 1.0, y.scale, numerics)
    slope = rescaling_multiplier(x.scale, alpha, y.scale, numerics)
    outputs = (requantize(v, identity if v >= 0 else slope) for v in _values(x))
    return tuple(_saturate(output + y.zero_point) for output in outputs)


def abs_table(x: Tensor, y: Tensor, numerics: Numerics = "litert") -> LookupTable:
    """The distance from zero."""
    multiplier = rescaling_multiplier(x.scale, 1.0, y.scale, numerics)
    outputs = (requantize(abs(v), multiplier) for v in _values(x))
    return tuple(_saturate(output + y.zero_point) for output in outputs)


def logistic_table(x: Tensor, y: Tensor, numerics: Numerics = "litert") -> LookupTable:
    """1 / (1 + exp(-value)); in fixed point with 8 fraction bits in TFLite Micro."""
    if numerics == "tflm":
        function = logistic_fixed_point
        return _fixed_point_table(x, function, fraction_bits=8, offset=-128)
    return _float_table(x, y, _logistic)


def tanh_table(x: Tensor, y: Tensor, numerics: Numerics = "litert") -> LookupTable:
    """The hyperbolic tangent; in fixed point with 7 fraction bits in TFLite Micro."""
    if numerics == "tflm":
        return _fixed_point_table(x, tanh_fixed_point, fraction_bits=7, offset=0)
    return _float_table(x, y, tanh_float32)


def exp_table(x: Tensor, y: Tensor, numerics: Numerics = "litert") -> LookupTable:
    """The exponential function."""
    return _float_table(x, y, exp_float32)


def elu_table(x: Tensor, y: Tensor, numerics: Numerics = "tflm") -> LookupTable:
    """The value where it is positive, exp(value) - 1 elsewhere."""
    return _float_table(x, y, _elu)


def gelu_table(
    x: Tensor, y: Tensor, *, approximate: bool, erfc: Callable[[np.float32], np.float32]
) -> LookupTable:
    """Value * the normal distribution's share below it; by tanh if `approximate`."""
    if approximate:
        return _float_table(x, y, _gelu_by_tanh)
    return _float_table(x, y, lambda v: _HALF * v * erfc(v * -_SQRT_HALF))


def hard_swish_multipliers(
    x: Tensor, y: Tensor, numerics: Numerics = "litert"
) -> tuple[Multiplier, Multiplier]:
    """Those of the value (/128) to the output's scale, and to 3/32768."""
    hires = x.scale / 128
    return (
        rescaling_multiplier(hires, 1.0, y.scale, numerics),
        rescaling_multiplier(hires, 1.0, 3.0 / 32768, numerics),
    )


def hard_swish_table(
    x: Tensor, y: Tensor, numerics: Numerics = "litert"
) -> LookupTable:
    """Value * relu6(value + 3) / 6."""
    scale, relu = hard_swish_multipliers(x, y, numerics)
    outputs = (_hard_swish(value * 128, scale, relu) for value in _values(x))
    return tuple(_saturate(output + y.zero_point) for output in outputs)


def _values(x: Tensor) -> range:
    """Every input, less its zero point."""
    return range(-128 - x.zero_point, 128 - x.zero_point)


def _saturate(value: int, bits: int = 8) -> int:
    limit = 1 << (bits - 1)
    return min(max(value, -limit), limit - 1)


def _float_table(
    x: Tensor, y: Tensor, function: Callable[[np.float32], np.float32]
) -> LookupTable:
    """`function` of each real value, quantized; every step rounds to 32-bit floats."""
    inverse_scale = np.float32(1) / np.float32(y.scale)
    with np.errstate(over="ignore"):
        reals: NDArray[np.float32] = np.float32(x.scale) * np.array(
            _values(x), np.float32
        )
        rescaled = [float(function(real) * inverse_scale) for real in reals]
    rounded = (round_half_away(min(max(r, -_FAR), _FAR)) for r in rescaled)
    return tuple(_saturate(value + y.zero_point) for value in rounded)


def _fixed_point_table(
    x: Tensor, function: Callable[[int], int], *, fraction_bits: int, offset: int
) -> LookupTable:
    """`function` of each value in Q4.27; its limits where that does not reach."""
    multiplier = quantize_multiplier(x.scale * (1 << 27))
    radius = math.floor(15 * 2.0 ** (27 - multiplier.shift))
    lowest, highest = -128, 127
    outputs = (
        lowest  # zero, too, where the scale is so large that the radius is 0
        if value <= -radius
        else highest
        if value >= radius
        else divide_by_power_of_two(
            function(requantize(value, multiplier)), 31 - fraction_bits
        )
        + offset
        for value in _values(x)
    )
    return tuple(map(_saturate, outputs))


def _elu(value: np.float32) -> np.float32:
    return exp_float32(value) - np.float32(1) if value < 0 else value


def _gelu_by_tanh(value: np.float32) -> np.float32:
    inner = value + np.float32(0.044715) * (value * value * value)
    return _HALF * value * (np.float32(1) + tanh_float32(_SQRT_2_OVER_PI * inner))


def _logistic(value: np.float32) -> np.float32:
    return np.float32(1) / (np.float32(1) + exp_float32(-value))


def _hard_swish(value: int, scale: Multiplier, relu: Multiplier) -> int:
    """The output less its zero point, from a value in 1/128 of the input's steps."""
    preshifted = _high_multiply_16(value, scale)
    ramp = value  # becomes relu6(value + 3) / 6 in Q0.15
    if relu.shift > 0:
        ramp = _saturate(ramp << (relu.shift - 1), 16)
    ramp = _high_multiply_16(ramp, relu)
    if relu.shift > 0:
        ramp = _saturate(ramp << 1, 16)
    ramp = divide_by_power_of_two(ramp, max(-relu.shift, 0))
    ramp = (ramp + (1 << 15)) >> 1
    product = math.trunc(ramp * preshifted / (1 << 15))
    return divide_by_power_of_two(product, -scale.shift)


def _high_multiply_16(value: int, multiplier: Multiplier) -> int:
    """SaturatingRoundingDoublingHighMul in 16 bits, the multiplier cut to them."""
    factor = min((multiplier.value + (1 << 15)) >> 16, (1 << 15) - 1)
    return (value * factor + (1 << 14)) >> 15

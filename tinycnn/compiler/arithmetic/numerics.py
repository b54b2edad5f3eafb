"""Fixed-point constants of the reference interpreters, computed offline.

In: real-valued scales. Out: the integers with which the C kernels give the same bytes
as a reference's own: `litert` is LiteRT's `BUILTIN_REF`, `tflm` is TFLite Micro.
Follows `QuantizeMultiplier` (TFLite, `quantization_util.cc`); all arithmetic is on
Python integers and IEEE doubles, so that it repeats on any computer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tinycnn.choices import Numerics
from tinycnn.errors import UnsupportedModelError

__all__ = [
    "Multiplier",
    "Numerics",
    "divide_by_power_of_two",
    "doubling_high_multiply",
    "float32_multiplier",
    "mean_multiplier",
    "quantize_multiplier",
    "requantize",
    "rescaling_multiplier",
    "round_half_away",
    "single_rounding_multiplier",
]

# One, or each of an array.
Number = TypeVar("Number", int, NDArray[np.int64])


@dataclass(frozen=True, slots=True)
class Multiplier:
    """A positive real number as `value * 2^(shift - 31)`."""

    value: int
    shift: int


def quantize_multiplier(real: float) -> Multiplier:
    """The 31-bit multiplier nearest to `real` (TFLite's QuantizeMultiplier).

    >>> quantize_multiplier(0.5)
    Multiplier(value=1073741824, shift=0)
    """
    if real == 0.0:
        return Multiplier(0, 0)
    fraction, shift = math.frexp(real)
    value = round_half_away(fraction * (1 << 31))
    if value == 1 << 31:
        value //= 2
        shift += 1
    if shift < -31:
        return Multiplier(0, 0)
    return Multiplier(value, shift)


def float32_multiplier(scale: float, factor: float, output_scale: float) -> Multiplier:
    """The multiplier of scale * factor / output_scale, computed in 32-bit floats.

    So the reference computes those of MUL, PRELU and the activation functions. What is
    beyond its floats becomes a multiplier that no value survives.
    """
    with np.errstate(over="ignore"):
        product = np.float32(scale) * np.float32(factor)
        return quantize_multiplier(min(float(product / np.float32(output_scale)), 1e30))


def rescaling_multiplier(
    scale: float, factor: float, output_scale: float, numerics: Numerics
) -> Multiplier:
    """That of scale * factor / output_scale; `tflm` computes it in doubles."""
    if numerics == "tflm":
        return quantize_multiplier(scale * factor / output_scale)
    return float32_multiplier(scale, factor, output_scale)


def round_half_away(value: float) -> int:
    """C's round(): nearest integer, ties away from zero."""
    whole = math.trunc(value)
    rest = value - whole
    return whole + (rest >= 0.5) - (rest <= -0.5)


def requantize(value: Number, multiplier: Multiplier) -> Number:
    """Value * multiplier, rounded twice (TFLite's MultiplyByQuantizedMultiplier).

    >>> requantize(-101, quantize_multiplier(0.5))
    -50
    """
    left, right = max(multiplier.shift, 0), max(-multiplier.shift, 0)
    high = doubling_high_multiply(value << left, multiplier.value)
    return divide_by_power_of_two(high, right)


def doubling_high_multiply(a: Number, b: int) -> Number:
    """A * b / 2^31, ties upwards (gemmlowp's SaturatingRoundingDoublingHighMul)."""
    return (a * b + (1 << 30)) >> 31


def divide_by_power_of_two(value: Number, exponent: int) -> Number:
    """Value / 2^exponent, ties away from zero (gemmlowp's RoundingDivideByPOT)."""
    if exponent == 0:
        return value
    return (value + (1 << (exponent - 1)) - (value < 0)) >> exponent


def mean_multiplier(real: float, count: int) -> Multiplier:
    """The multiplier of MEAN, with the division by `count` folded in (reduce.h)."""
    scale = quantize_multiplier(real)
    shift = min(count.bit_length() - 1, 32, 31 + scale.shift)
    return Multiplier((scale.value << shift) // count, scale.shift - shift)


def single_rounding_multiplier(
    real: float, zero_point: int, reached: tuple[int, int] = (-(2**31), 2**31 - 1)
) -> Multiplier:
    """A multiplier that equals the double arithmetic of FULLY_CONNECTED.

    The reference computes `round(accumulator * real)` in doubles, ties away from zero.
    An integer multiplier gives the same byte for every accumulator if it steps from one
    output to the next at the same accumulators: each of the 255 steps is checked.

    Args:
        real: Input scale * weight scale / output scale.
        zero_point: Of the output.
        reached: The least and the most that an accumulator can be; steps beyond do not
            matter.

    Raises:
        UnsupportedModelError: If no multiplier near `real` fits.
    """
    nearest = quantize_multiplier(real)
    if nearest.shift > 30 or nearest.value == 0:
        raise UnsupportedModelError(
            f"output scale: expected a multiplier between 2^-31 and 2^30, got {real}",
            hint="check the scales of the model's input, weights and output",
        )
    steps = _accumulators_at_steps(real, zero_point)
    steps = steps[(steps >= reached[0]) & (steps <= reached[1])]
    exact = steps * real
    wanted = np.copysign(np.floor(np.abs(exact) + 0.5), exact)
    for nudge in (0, 1, -1, 2, -2):
        candidate = Multiplier(nearest.value + nudge, nearest.shift)
        fits = candidate.value < 1 << 31
        if fits and np.array_equal(_round_once(steps, candidate), wanted):
            return candidate
    raise UnsupportedModelError(
        f"output scale: no 31-bit multiplier steps exactly as {real!r} does",
        hint="change the model's output scale by one part in a million",
    )


def _accumulators_at_steps(real: float, zero_point: int) -> NDArray[np.int64]:
    """The int32 accumulators around those where `accumulator * real` changes output."""
    halves = np.arange(-128 - zero_point, 128 - zero_point) - 0.5
    near = np.floor(halves / real)[:, np.newaxis] + np.arange(-1, 3)
    steps: NDArray[np.int64] = near[np.abs(near) < 2**31].astype(np.int64)
    return steps


def _round_once(
    accumulators: NDArray[np.int64], multiplier: Multiplier
) -> NDArray[np.int64]:
    """What tcnn_requantize_once computes."""
    right = 31 - multiplier.shift
    products = accumulators * multiplier.value
    products += 1 << (right - 1)
    products -= accumulators < 0
    rounded: NDArray[np.int64] = products >> right
    return rounded

"""The fake-quantized layers without weights or windows: sums, products, functions.

In training they compute with real values. In inference they count in integers and round
as TFLite's reference kernels do. The output is not on a grid yet: a `FakeQuantize`
follows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinycnn.models.backend import keras, tf
from tinycnn.training.grids import FakeQuantize, Mode
from tinycnn.training.rounding import (
    divide_by_power_of_two,
    double,
    multiplier_exponent,
    requantized,
    round_half_away,
)
from tinycnn.training.steps import ActivationName, PlainStep

__all__ = ["ACTIVATIONS", "FakeQuantElementwise"]

_ADD_SHIFT = 20  # TFLite's ADD scales its inputs up by this many bits
_INT16_MAX = 2.0**15 - 1

ACTIVATIONS: dict[ActivationName, Callable[[Any], Any]] = {
    "linear": tf.identity,
    "relu": tf.nn.relu,
    "relu6": tf.nn.relu6,
    "unit": lambda x: tf.clip_by_value(x, 0.0, 1.0),
}


class FakeQuantElementwise(keras.layers.Layer):  # type: ignore[misc]  # no types
    """A sum, product or function of tensors on grids of their own.

    Args:
        step: What the layer computes, with its fused activation.
        sources: The grids of its inputs.
        target: The grid that its output will be rounded to.
    """

    def __init__(
        self, step: PlainStep, sources: tuple[FakeQuantize, ...], target: FakeQuantize
    ) -> None:
        super().__init__(name=step.name)
        self.mode: Mode = "active"
        self.kind, self.activation = step.kind, step.activation
        self._real, self._rounded = _FUNCTIONS[step.kind]
        # Methods, as Keras would adopt the layers themselves.
        self._source_grids = tuple(source.grid for source in sources)
        self._target_grid = target.grid

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The real-valued result after the fused activation."""
        tensors = inputs if isinstance(inputs, list) else [inputs]
        if training or self.mode != "active":
            y = self._real(*tensors)
        else:
            y = self._inferred(tensors)
        return ACTIVATIONS[self.activation](y)

    def _inferred(self, tensors: list[Any]) -> Any:
        grids = [grid() for grid in self._source_grids]
        output_scale, _ = self._target_grid()
        scales = [double(scale) for scale in (*(g[0] for g in grids), output_scale)]
        steps = [tf.round(x / g[0]) for x, g in zip(tensors, grids, strict=True)]
        if len(steps) == 1:  # each of the 256 values once
            first = tf.round(grids[0][1] / grids[0][0])
            table = self._rounded(double(first + tf.range(256.0)), *scales)
            q = tf.gather(table, tf.cast(steps[0] - first, tf.int32))
        else:
            q = self._rounded(*map(double, steps), *scales)
        return tf.cast(q, tf.float32) * output_scale


def _add(a: Any, b: Any, a_scale: Any, b_scale: Any, scale: Any) -> Any:
    """ADD: both terms go to twice the larger of their scales, 20 bits up."""
    unit = 2.0 * tf.maximum(a_scale, b_scale) / 2**_ADD_SHIFT
    total = tf.round(a * (a_scale / unit)) + tf.round(b * (b_scale / unit))
    return requantized(total, unit / scale)


def _multiply(a: Any, b: Any, a_scale: Any, b_scale: Any, scale: Any) -> Any:
    """MUL."""
    return requantized(a * b, _single(_single(a_scale * b_scale) / scale))


def _logistic(x: Any, x_scale: Any, scale: Any) -> Any:
    """LOGISTIC: each operation in floats of 32 bits."""
    exponential = _single(tf.exp(-_single(x * x_scale)))
    share = _single(1.0 / _single(1.0 + exponential))
    return round_half_away(_single(share / scale))


def _hard_swish(x: Any, x_scale: Any, scale: Any) -> Any:
    """HARD_SWISH: x * relu6(x + 3) / 6 in 16 bits, of which 7 are a fraction."""
    high = x * 128.0
    fine_scale = _single(x_scale / 128.0)
    factor, exponent = _multiplier_16(_single(fine_scale / scale))
    ramp_factor, ramp_exponent = _multiplier_16(_single(fine_scale / (3 / 32768)))
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


def _single(x: Any) -> Any:
    """`x` rounded to 32 bits."""
    return double(tf.cast(x, tf.float32))


# For each kind of step: its real value, and the whole number on the output's grid.
_FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "add": (tf.add, _add),
    "multiply": (tf.multiply, _multiply),
    "logistic": (tf.sigmoid, _logistic),
    "hard_swish": (lambda x: x * tf.nn.relu6(x + 3.0) * (1 / 6), _hard_swish),
}

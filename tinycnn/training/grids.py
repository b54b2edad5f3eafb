"""Int8 grids as Keras layers: where activations are rounded, and to what.

A grid is asymmetric per tensor and contains zero exactly (TFLite's 8-bit quantization
specification). A fake-quantized layer has four modes: it leaves values in `float`,
`calibrates` ranges without rounding activations, `simulates` rounding as training does,
or is `active` and counts in integers.
"""

from __future__ import annotations

from typing import Any, Literal

from tinycnn.models.backend import keras, tf
from tinycnn.training.rounding import straight_through

__all__ = ["FakeQuantize", "Mode", "set_mode", "step_size"]

Mode = Literal["float", "calibrates", "simulates", "active"]

_LEVELS = 255  # steps between the smallest and the largest int8
_RANGE_RATE = 0.02  # weight of one batch in a range's moving average
_SMALLEST_RANGE = 1e-3
_SHARES = tuple(share / 20 for share in range(20, 3, -1))  # of the range seen


class FakeQuantize(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Rounds activations to one int8 grid, shared by the tensors in its slots.

    The grid spans the range of each slot: moving averages of its smallest and largest
    value, or, when the layer is trainable, limits that gradients move from where the
    squared error of rounding is least.

    Args:
        fixed: Smallest and largest real value, where they must not be learned.
        slots: Number of tensors that share the grid, as around a concatenation.
        name: Name of the layer.
    """

    def __init__(
        self, *, fixed: tuple[float, float] | None = None, slots: int = 1, name: str
    ) -> None:
        super().__init__(name=name, trainable=False)
        self.mode: Mode = "active"
        self.is_fixed = fixed is not None
        low, high = fixed or (0.0, 0.0)
        constant = keras.initializers.Constant
        self.low = self.add_weight(
            shape=(slots,), initializer=constant(low), name="low"
        )
        self.high = self.add_weight(
            shape=(slots,), initializer=constant(high), name="high"
        )
        # Not a Keras weight: how fast ranges follow is no part of the trained model.
        self.rate = tf.Variable(_RANGE_RATE, trainable=False)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """That of what it rounds."""
        return input_shape

    def call(self, x: Any, slot: int = 0, training: bool = False) -> Any:
        """`x` on the grid."""
        if self.mode == "float":
            return x
        if self.mode == "calibrates":
            self._follow(x, slot)
            return x
        if training and not self.trainable:
            self._follow(x, slot)
        scale, low = self.grid()
        high = low + _LEVELS * scale
        if training and self.trainable:
            return _learning(x, *self._range(), low, high)
        y = tf.quantization.fake_quant_with_min_max_vars(x, low, high)
        return straight_through(x, y)

    def grid(self) -> tuple[Any, Any]:
        """Scale and smallest value as tensors, so that they follow the range.

        Zero is exact, as in TensorFlow's op, and the scale is one that stays the same
        when a converter computes it anew from the limits in float32.
        """
        low, high = self._range()
        scale = step_size(high - low, _LEVELS)
        steps = tf.cast(
            tf.clip_by_value(tf.round(-low / scale), 0, _LEVELS), tf.float64
        )
        wide = tf.cast(scale, tf.float64)
        low = tf.cast(-steps * wide, tf.float32)
        high = tf.cast((_LEVELS - steps) * wide, tf.float32)
        extent = tf.cast(high, tf.float64) - tf.cast(low, tf.float64)
        return step_size(extent, _LEVELS), low

    def quantization(self) -> tuple[float, int]:
        """Scale and zero point."""
        scale, low = (float(value) for value in self.grid())
        return scale, -128 - round(low / scale)

    def reset(self) -> None:
        """Forget a range that is not fixed; the next tensors in the slots set it."""
        self.rate.assign(_RANGE_RATE)
        if not self.is_fixed:
            self.low.assign(tf.zeros_like(self.low))
            self.high.assign(tf.zeros_like(self.high))

    def freeze(self) -> None:
        """Keep the range from now on, so that training sees what inference will."""
        self.rate.assign(0.0)

    def _range(self) -> tuple[Any, Any]:
        """Smallest and largest value; a range that starts at zero stays there."""
        low = tf.reduce_min(self.low)
        low = tf.where(low < 0.0, low, 0.0)
        return low, tf.maximum(tf.reduce_max(self.high), low + _SMALLEST_RANGE)

    def _follow(self, x: Any, slot: int) -> None:
        """Move the slot's range towards the range of `x`; the first `x` sets it."""
        if self.is_fixed:
            return
        low = tf.minimum(tf.reduce_min(x), 0.0)
        high = tf.maximum(tf.reduce_max(x), 0.0)
        if self.trainable:
            share = _best_share(x, low, high)
            low, high = low * share, high * share
        is_unset = tf.equal(self.low[slot], self.high[slot])
        rate = tf.where(is_unset, 1.0, self.rate)
        mask = tf.one_hot(slot, self.low.shape[0])
        for limit, seen in ((self.low, low), (self.high, high)):
            limit.assign(limit + mask * rate * (seen - limit))


def _best_share(x: Any, low: Any, high: Any) -> Any:
    """The share of the range of `x` with the least squared error of rounding."""
    errors = []
    for share in _SHARES:
        y = tf.quantization.fake_quant_with_min_max_vars(x, low * share, high * share)
        errors.append(tf.reduce_sum(tf.square(x - y)))
    return tf.gather(_SHARES, tf.argmin(errors))


@tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow ships no types
def _learning(x: Any, low: Any, high: Any, first: Any, last: Any) -> tuple[Any, Any]:
    """`x` on the grid from `first` to `last`, which has the range `low` to `high`.

    The limits learn from what they clip, and from how the error of rounding grows with
    the step (Esser et al., 2020, equation 3). TensorFlow's own gradient lacks the
    latter, and is not deterministic on a GPU.
    """
    y = tf.quantization.fake_quant_with_min_max_vars(x, first, last)

    def gradients(upstream: Any) -> tuple[Any, ...]:
        inside = tf.where((x >= first) & (x <= last), upstream, 0.0)
        below = tf.reduce_sum(tf.where(x < first, upstream, 0.0))
        above = tf.reduce_sum(upstream - inside) - below
        rounding = tf.reduce_sum(inside * (y - x)) / (high - low)
        return inside, below - rounding, above + rounding, None, None

    return y, gradients


def step_size(extent: Any, steps: int) -> Any:
    """`extent / steps` in float32, rounded once; graph optimizers leave it alone."""
    return tf.cast(tf.cast(extent, tf.float64) / steps, tf.float32)


def set_mode(twin: Any, mode: Mode) -> None:
    """Put every fake-quantized layer of `twin` into `mode`."""
    for layer in twin.layers:
        if hasattr(layer, "mode"):
            layer.mode = mode

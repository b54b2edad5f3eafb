"""Int8 grids as Keras layers: where activations are rounded, and to what.

A grid is asymmetric per tensor and contains zero exactly (TFLite's 8-bit quantization
specification). Fake-quantized layers have three modes: one `calibrates` ranges and
quantizes nothing, one is `active`, one `exports` itself as constants for the converter.
"""

from __future__ import annotations

from typing import Any, Literal

from tinycnn.models.backend import keras, tf

__all__ = ["FakeQuantSoftmax", "FakeQuantize", "Mode", "set_mode", "step_size"]

Mode = Literal["calibrates", "active", "exports"]

_LEVELS = 255  # steps between the smallest and the largest int8
_RANGE_RATE = 0.02  # weight of one batch in a range's moving average
_SMALLEST_RANGE = 1e-3


class FakeQuantize(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Rounds activations to one int8 grid, shared by the tensors in its slots.

    The grid spans the moving averages of the smallest and largest value of each slot.

    Args:
        fixed: Smallest and largest real value, where they must not be learned.
        slots: Number of tensors that share the grid, as around a concatenation.
        name: Name of the layer.
    """

    def __init__(
        self, *, fixed: tuple[float, float] | None = None, slots: int = 1, name: str
    ) -> None:
        super().__init__(name=name)
        self.mode: Mode = "active"
        self.learns = fixed is None
        low, high = fixed or (0.0, 0.0)
        constant = keras.initializers.Constant
        self.low = self.add_weight(
            shape=(slots,), initializer=constant(low), trainable=False, name="low"
        )
        self.high = self.add_weight(
            shape=(slots,), initializer=constant(high), trainable=False, name="high"
        )
        # Not a Keras weight: how fast ranges follow is no part of the trained model.
        self.rate = tf.Variable(_RANGE_RATE, trainable=False)

    def call(self, x: Any, slot: int = 0, training: bool = False) -> Any:
        """`x` on the grid."""
        if self.mode == "calibrates":
            self._follow(x, slot)
            return x
        if self.mode == "exports":
            low, high = self.limits()
            return tf.quantization.fake_quant_with_min_max_args(x, low, high)
        if training:
            self._follow(x, slot)
        scale, low = self.grid()
        high = low + _LEVELS * scale
        return tf.quantization.fake_quant_with_min_max_vars(x, low, high)

    def grid(self) -> tuple[Any, Any]:
        """Scale and smallest value as tensors, so that they follow the range.

        Zero is exact, as in TensorFlow's op, and the scale is one that stays the same
        when a converter computes it anew from the limits in float32.
        """
        low = tf.minimum(tf.reduce_min(self.low), 0.0)
        high = tf.maximum(tf.reduce_max(self.high), low + _SMALLEST_RANGE)
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
        with tf.init_scope():  # the values, also while a graph is traced
            scale, low = (float(value) for value in self.grid())
        return scale, -128 - round(low / scale)

    def limits(self) -> tuple[float, float]:
        """The real values of -128 and 127."""
        scale, zero_point = self.quantization()
        return scale * (-128 - zero_point), scale * (127 - zero_point)

    def reset(self) -> None:
        """Forget a learned range; the next tensors in the slots set it anew."""
        if self.learns:
            self.low.assign(tf.zeros_like(self.low))
            self.high.assign(tf.zeros_like(self.high))

    def freeze(self) -> None:
        """Keep the range from now on, so that training sees what inference will."""
        self.rate.assign(0.0)

    def _follow(self, x: Any, slot: int) -> None:
        """Move the slot's range towards the range of `x`; the first `x` sets it."""
        if not self.learns:
            return
        is_unset = tf.equal(self.low[slot], self.high[slot])
        rate = tf.where(is_unset, 1.0, self.rate)
        mask = tf.one_hot(slot, self.low.shape[0])
        for limit, seen in (
            (self.low, tf.minimum(tf.reduce_min(x), 0.0)),
            (self.high, tf.maximum(tf.reduce_max(x), 0.0)),
        ):
            limit.assign(limit + mask * rate * (seen - limit))


class FakeQuantSoftmax(keras.layers.Softmax):  # type: ignore[misc]  # no types
    """Softmax on the grid that TFLite fixes for it: scale 1/256, zero point -128."""

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)
        self.mode: Mode = "active"

    def call(self, x: Any) -> Any:
        """The probabilities, at most 255/256."""
        y = super().call(x)
        if self.mode == "calibrates":
            return y
        return tf.quantization.fake_quant_with_min_max_args(y, *self.limits())

    def quantization(self) -> tuple[float, int]:
        """Scale and zero point."""
        return 1 / 256, -128

    def limits(self) -> tuple[float, float]:
        """The real values of -128 and 127."""
        return 0.0, 255 / 256


def step_size(extent: Any, steps: int) -> Any:
    """`extent / steps` in float32, rounded once; graph optimizers leave it alone."""
    return tf.cast(tf.cast(extent, tf.float64) / steps, tf.float32)


def set_mode(twin: Any, mode: Mode) -> None:
    """Put every fake-quantized layer of `twin` into `mode`."""
    for layer in twin.layers:
        if hasattr(layer, "mode"):
            layer.mode = mode

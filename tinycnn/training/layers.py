"""The fake-quantized layers that a twin is made of.

They compute in float32 with values that lie on int8 grids. Activations are asymmetric
per tensor with a range that contains zero; weights are symmetric per output channel in
-127..127 (TFLite's 8-bit quantization specification). A layer has three modes: it
`calibrates` its range and quantizes nothing, it is `active`, or it `exports` itself as
constants for the converter.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tinycnn.models.backend import keras, tf
from tinycnn.training.steps import LinearStep

__all__ = [
    "FakeQuantAveragePooling",
    "FakeQuantLinear",
    "FakeQuantMean",
    "FakeQuantSoftmax",
    "FakeQuantize",
    "Mode",
    "set_mode",
]

Mode = Literal["calibrates", "active", "exports"]

_LEVELS = 255  # steps between the smallest and the largest int8
_WEIGHT_MAX = 127
_RANGE_RATE = 0.02  # weight of one batch in a range's moving average
_SMALLEST_RANGE = 1e-3
_SMALLEST_WEIGHT = 1e-12


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
        low, high = self._joint_range()
        return tf.quantization.fake_quant_with_min_max_vars(x, low, high)

    def quantization(self) -> tuple[float, int]:
        """Scale and zero point, nudged so that zero is exact as in TensorFlow's op."""
        with tf.init_scope():  # the values, also while a graph is traced
            low, high = (limit.numpy() for limit in self._joint_range())
        scale = (high - low) / np.float32(_LEVELS)
        zero_point = int(np.clip(np.round(-low / scale), 0, _LEVELS))
        return float(scale), zero_point - 128

    def limits(self) -> tuple[float, float]:
        """The real values of -128 and 127."""
        scale, zero_point = self.quantization()
        return scale * (-128 - zero_point), scale * (127 - zero_point)

    def grid(self) -> tuple[Any, Any]:
        """Scale and smallest value as tensors, so that they follow the range."""
        low, high = self._joint_range()
        scale = (high - low) / _LEVELS
        return scale, -tf.round(-low / scale) * scale

    def reset(self) -> None:
        """Forget a learned range; the next tensors in the slots set it anew."""
        if self.learns:
            self.low.assign(tf.zeros_like(self.low))
            self.high.assign(tf.zeros_like(self.high))

    def freeze(self) -> None:
        """Keep the range from now on, so that training sees what inference will."""
        self.rate.assign(0.0)

    def _joint_range(self) -> tuple[Any, Any]:
        low = tf.minimum(tf.reduce_min(self.low), 0.0)
        high = tf.reduce_max(self.high)
        return low, tf.maximum(high, low + _SMALLEST_RANGE)

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


class FakeQuantLinear(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """A convolution, depthwise convolution or dense layer with int8 weights.

    The output is not on a grid yet: a `FakeQuantize` follows, as TFLite requantizes
    once, after the fused activation.

    Args:
        step: What the layer computes and its initial weights.
        source: The grid of its input.
        target: The grid that its output will be rounded to.
    """

    def __init__(
        self, step: LinearStep, source: FakeQuantize, target: FakeQuantize
    ) -> None:
        super().__init__(name=step.name)
        self.mode: Mode = "active"
        self.kind = step.kind
        self.activation = step.activation
        self._strides = (1, *step.strides, 1)
        self._padding = step.padding.upper()
        self._reduced_axes = _REDUCED_AXES[step.kind]
        # Methods, as Keras would adopt the layers themselves.
        self._source_grid, self._target_grid = source.grid, target.grid
        self.kernel = self.add_weight(shape=step.kernel.shape, name="kernel")
        self.bias = self.add_weight(shape=step.bias.shape, name="bias")
        self.kernel.assign(step.kernel)
        self.bias.assign(step.bias)

    def call(self, x: Any, training: bool = False) -> Any:
        """The real-valued output after the fused activation."""
        if self.mode == "exports":
            integers, scale = self.quantized_kernel()
            kernel = tf.constant(integers * scale)
            y = tf.nn.bias_add(self._product(x, kernel), _constant(self.bias))
        elif training or self.mode == "calibrates":
            kernel = tf.convert_to_tensor(self.kernel)
            integers, scale = _quantized_weights(kernel, self._reduced_axes)
            kernel = _straight_through(kernel, integers * scale)
            y = tf.nn.bias_add(self._product(x, kernel), self.bias)
        else:
            y = self._inferred(x)
        return _ACTIVATIONS[self.activation](y)

    def quantized_kernel(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Integers in -127..127 and the scales, broadcastable over the kernel."""
        with tf.init_scope():  # the values, also while a graph is traced
            integers, scale = _quantized_weights(
                tf.convert_to_tensor(self.kernel), self._reduced_axes
            )
        return integers.numpy(), scale.numpy()

    def _inferred(self, x: Any) -> Any:
        """The output before activation, from integers and rounded as TFLite does."""
        integers, weight_scale = _quantized_weights(
            tf.convert_to_tensor(self.kernel), self._reduced_axes
        )
        input_scale, _ = self._source_grid()
        output_scale, _ = self._target_grid()
        scale = _double(input_scale) * _double(tf.reshape(weight_scale, (-1,)))
        accumulator = _double(self._product(tf.round(x / input_scale), integers))
        accumulator += tf.round(_double(self.bias) / scale)
        if self.kind == "dense":
            return tf.cast(accumulator * scale, tf.float32)
        output_scale = _double(output_scale)
        rounded = _rounded_before_shift(accumulator, scale / output_scale)
        return tf.cast(rounded * output_scale, tf.float32)

    def _product(self, x: Any, kernel: Any) -> Any:
        if self.kind == "dense":
            return tf.matmul(x, kernel)
        if self.kind == "depthwise":
            return tf.nn.depthwise_conv2d(x, kernel, self._strides, self._padding)
        return tf.nn.conv2d(x, kernel, self._strides, self._padding)


class FakeQuantMean(keras.layers.GlobalAveragePooling2D):  # type: ignore[misc]
    """Global average pooling from one grid to another, rounded as TFLite does.

    Args:
        pooling: The layer that this one stands for.
        source: The grid of its input.
        target: The grid that its output will be rounded to.
    """

    def __init__(
        self, pooling: Any, source: FakeQuantize, target: FakeQuantize
    ) -> None:
        super().__init__(keepdims=pooling.keepdims, name=pooling.name)
        self.mode: Mode = "active"
        self._source_grid, self._target_grid = source.grid, target.grid

    def call(self, x: Any, training: bool = False) -> Any:
        """The averages."""
        if training or self.mode != "active":
            return super().call(x)
        input_scale, _ = self._source_grid()
        output_scale = _double(self._target_grid()[0])
        total = tf.reduce_sum(tf.round(x / input_scale), (1, 2), self.keepdims)
        mean = _rounded_before_shift(
            _double(total),
            _double(input_scale) / output_scale,
            divisor=x.shape[1] * x.shape[2],
        )
        return tf.cast(mean * output_scale, tf.float32)


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


class FakeQuantAveragePooling(keras.layers.AveragePooling2D):  # type: ignore[misc]
    """Average pooling on the grid of its input, rounded as TFLite does.

    Args:
        source: The grid of the input.
        pooling: The layer that this one stands for.
    """

    def __init__(self, source: FakeQuantize, pooling: Any) -> None:
        super().__init__(
            pooling.pool_size, pooling.strides, pooling.padding, name=pooling.name
        )
        self.mode: Mode = "active"
        self._grid = source.grid  # a method, as Keras would adopt the layer

    def call(self, x: Any) -> Any:
        """The averages; a half is rounded away from int8 zero."""
        if self.mode != "active":
            return super().call(x)
        scale, low = self._grid()
        q = tf.round((x - low) / scale) - 128.0
        mean = super().call(q)
        rounded = tf.sign(mean) * tf.floor(tf.abs(mean) + 0.5)
        return (_straight_through(mean, rounded) + 128.0) * scale + low


def set_mode(twin: Any, mode: Mode) -> None:
    """Put every fake-quantized layer of `twin` into `mode`."""
    for layer in twin.layers:
        if hasattr(layer, "mode"):
            layer.mode = mode


def _constant(variable: Any) -> NDArray[np.float32]:
    """The value of `variable`, also while a graph is traced."""
    with tf.init_scope():
        return np.asarray(variable, np.float32)


def _quantized_weights(kernel: Any, reduced_axes: tuple[int, ...]) -> tuple[Any, Any]:
    """`kernel` as integers in -127..127, and the scale of each output channel."""
    largest = tf.reduce_max(tf.abs(kernel), axis=reduced_axes, keepdims=True)
    scale = tf.maximum(largest, _SMALLEST_WEIGHT) / _WEIGHT_MAX
    return tf.round(kernel / scale), scale


def _rounded_before_shift(accumulator: Any, factor: Any, *, divisor: int = 1) -> Any:
    """`accumulator * factor / divisor` as the reference kernels leave it at the end.

    They multiply by a mantissa and round, then divide by a power of two and round
    again. The value is moved away from zero by a quarter of the first rounding's step,
    as the second rounding, which the caller does, takes a half that way.
    """
    exponent = tf.floor(tf.math.log(factor) / math.log(2.0)) + 1.0
    exponent -= divisor.bit_length() - 1
    step = tf.pow(_double(2.0), tf.minimum(exponent, 0.0))
    count = tf.floor(accumulator * (factor / divisor / step) + 0.5)
    return (count + 0.25 * tf.sign(count)) * step


def _double(x: Any) -> Any:
    return tf.cast(x, tf.float64)


@tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow ships no types
def _straight_through(x: Any, rounded: Any) -> tuple[Any, Any]:
    """`rounded`, with the gradient of `x`."""
    return rounded, lambda upstream: (upstream, None)


_REDUCED_AXES = {"conv": (0, 1, 2), "depthwise": (0, 1), "dense": (0,)}
_ACTIVATIONS: dict[str, Any] = {
    "linear": tf.identity,
    "relu": tf.nn.relu,
    "relu6": tf.nn.relu6,
}

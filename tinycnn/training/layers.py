"""The fake-quantized layers with weights or windows that a twin is made of.

They compute with values that lie on int8 grids; weights are symmetric in -127..127, or
only the ends and zero, per output channel unless a dense layer must not. In training
they are float32 with straight-through rounding. In inference they count in integers and
round as TFLite's reference kernels do, so that a twin gives the integers of its
converted model.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.models.backend import keras, tf
from tinycnn.training.elementwise import ACTIVATIONS
from tinycnn.training.grids import FakeQuantize, Mode, step_size
from tinycnn.training.prune import hold_at_zero
from tinycnn.training.rounding import (
    double,
    requantized,
    round_half_away,
    straight_through,
)
from tinycnn.training.steps import LinearStep

__all__ = ["FakeQuantAveragePooling", "FakeQuantLinear", "FakeQuantMean"]

_WEIGHT_MAX = 127
_SMALLEST_WEIGHT = 1e-12
_TERNARY_THRESHOLD = 0.7  # of the mean size of weights


class FakeQuantLinear(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """A convolution, depthwise convolution or dense layer with int8 weights.

    The output is not on a grid yet: a `FakeQuantize` follows, as TFLite requantizes
    once, after the fused activation.

    Args:
        step: What the layer computes and its initial weights; filters that are zero, as
            those of pruned channels, stay zero if their bias is zero too.
        source: The grid of its input.
        target: The grid that its output will be rounded to.
        per_channel: Whether each output channel has a scale of its own.
        ternary: Whether there are only three weights in each channel: -s, 0 and s.
    """

    def __init__(
        self,
        step: LinearStep,
        source: FakeQuantize,
        target: FakeQuantize,
        *,
        per_channel: bool = True,
        ternary: bool = False,
    ) -> None:
        super().__init__(name=step.name)
        self.mode: Mode = "active"
        self.kind = step.kind
        self.activation = step.activation
        self.per_channel = per_channel
        self._strides = (1, *step.strides, 1)
        self._padding = step.padding.upper()
        all_axes = tuple(range(len(step.kernel.shape)))
        self._reduced_axes = _REDUCED_AXES[step.kind] if per_channel else all_axes
        self._quantized = _ternary_weights if ternary else _int8_weights
        # Methods, as Keras would adopt the layers themselves.
        self._source_grid, self._target_grid = source.grid, target.grid
        self.kernel = self.add_weight(shape=step.kernel.shape, name="kernel")
        self.bias = self.add_weight(shape=step.bias.shape, name="bias")
        alive = np.any(step.kernel, axis=_REDUCED_AXES[step.kind])
        alive = (alive | (step.bias != 0).reshape(alive.shape)).astype(np.float32)
        for variable, value, mask in (
            (self.kernel, step.kernel, alive),
            (self.bias, step.bias, alive.ravel()),
        ):
            variable.assign(value)
            if not mask.all():
                hold_at_zero(variable, mask)

    def call(self, x: Any, training: bool = False) -> Any:
        """The real-valued output after the fused activation."""
        if self.mode == "exports":
            integers, scale = self.quantized_kernel()
            kernel = tf.constant(integers * scale)
            y = tf.nn.bias_add(self._product(x, kernel), _constant(self.bias))
        elif self.mode == "float":
            y = tf.nn.bias_add(self._product(x, self.kernel), self.bias)
        elif training or self.mode != "active":
            kernel = tf.convert_to_tensor(self.kernel)
            integers, scale = self._quantized(kernel, self._reduced_axes)
            kernel = straight_through(kernel, integers * scale)
            y = tf.nn.bias_add(self._product(x, kernel), self.bias)
        else:
            y = self._inferred(x)
        if self.mode == "exports" and self.activation == "unit":
            return y  # int8 saturates at the ends of its grid
        return ACTIVATIONS[self.activation](y)

    def quantized_kernel(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Integers in -127..127 and the scales, broadcastable over the kernel."""
        with tf.init_scope():  # the values, also while a graph is traced
            integers, scale = self._quantized(
                tf.convert_to_tensor(self.kernel), self._reduced_axes
            )
        return integers.numpy(), scale.numpy()

    def _inferred(self, x: Any) -> Any:
        """The output before activation, from integers and rounded as TFLite does."""
        integers, weight_scale = self._quantized(
            tf.convert_to_tensor(self.kernel), self._reduced_axes
        )
        input_scale, _ = self._source_grid()
        output_scale, _ = self._target_grid()
        scale = double(input_scale) * double(tf.reshape(weight_scale, (-1,)))
        accumulator = double(self._product(tf.round(x / input_scale), integers))
        accumulator += tf.round(double(self.bias) / scale)
        factor = scale / double(output_scale)
        if self.kind == "dense":  # the reference rounds this one once
            q = tf.floor(accumulator * factor + 0.5)
        else:
            q = requantized(accumulator, factor)
        return tf.cast(q, tf.float32) * output_scale

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
        output_scale, _ = self._target_grid()
        total = tf.reduce_sum(tf.round(x / input_scale), (1, 2), self.keepdims)
        mean = requantized(
            double(total),
            double(input_scale) / double(output_scale),
            divisor=x.shape[1] * x.shape[2],
        )
        return tf.cast(mean, tf.float32) * output_scale


class FakeQuantAveragePooling(keras.layers.AveragePooling2D):  # type: ignore[misc]
    """Average pooling on the grid of its input, rounded as TFLite does.

    Args:
        pooling: The layer that this one stands for.
        grid: The grid of input and output.
    """

    def __init__(self, pooling: Any, grid: FakeQuantize) -> None:
        super().__init__(
            pooling.pool_size, pooling.strides, pooling.padding, name=pooling.name
        )
        self.mode: Mode = "active"
        self._grid = grid.grid  # a method, as Keras would adopt the layer

    def call(self, x: Any) -> Any:
        """The averages; a half is rounded away from int8 zero."""
        y = super().call(x)
        if self.mode not in ("active", "simulates"):
            return y
        scale, low = self._grid()
        mean = super().call(tf.round((x - low) / scale) - 128.0)
        rounded = round_half_away(mean)
        return straight_through(y, (rounded + 128.0) * scale + low)


def _constant(variable: Any) -> NDArray[np.float32]:
    """The value of `variable`, also while a graph is traced."""
    with tf.init_scope():
        return np.asarray(variable, np.float32)


def _int8_weights(kernel: Any, reduced_axes: tuple[int, ...]) -> tuple[Any, Any]:
    """`kernel` as integers in -127..127, and the scale of each output channel."""
    largest = tf.reduce_max(tf.abs(kernel), axis=reduced_axes, keepdims=True)
    scale = _weight_scale(largest)
    return tf.round(kernel / scale), scale


def _ternary_weights(kernel: Any, reduced_axes: tuple[int, ...]) -> tuple[Any, Any]:
    """`kernel` as -127, 0 and 127, and the scale of each output channel.

    Threshold and size are those of Li, Zhang and Liu, 2016, "Ternary weight networks",
    equations 5 and 6.
    """
    size = tf.abs(kernel)
    mean = tf.reduce_mean(size, axis=reduced_axes, keepdims=True)
    is_large = tf.cast(size > _TERNARY_THRESHOLD * mean, tf.float32)
    count = tf.reduce_sum(is_large, axis=reduced_axes, keepdims=True)
    total = tf.reduce_sum(size * is_large, axis=reduced_axes, keepdims=True)
    scale = _weight_scale(tf.math.divide_no_nan(total, count))
    return tf.sign(kernel) * is_large * _WEIGHT_MAX, scale


def _weight_scale(largest: Any) -> Any:
    """The step between integers, as the converter will find it from real weights."""
    scale = step_size(tf.maximum(largest, _SMALLEST_WEIGHT), _WEIGHT_MAX)
    return step_size(scale * _WEIGHT_MAX, _WEIGHT_MAX)


_REDUCED_AXES = {"conv": (0, 1, 2), "depthwise": (0, 1), "dense": (0,)}

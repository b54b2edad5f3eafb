"""The fake-quantized layers that a twin is made of: one with a kernel, one without.

They compute with values that lie on int8 grids; weights are symmetric in -127..127, or
only the ends and zero, per output channel unless a dense layer must not. In training
they are float32 with straight-through rounding. In inference they count in integers and
round as TFLite's reference kernels do, where that is known, so that a twin gives the
integers of its converted model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.models.backend import keras, tf
from tinycnn.training.grids import FakeQuantize, Mode, step_size
from tinycnn.training.prune import hold_at_zero
from tinycnn.training.rounding import double, requantized, straight_through
from tinycnn.training.steps import (
    ActivationName,
    Constant,
    LinearStep,
    Operator,
    PlainStep,
    Step,
)

__all__ = ["FakeQuantLinear", "FakeQuantOperator"]

_WEIGHT_MAX = 127
_SMALLEST_WEIGHT = 1e-12
_LARGEST_BIAS = 2e9  # in whole numbers: sums of 32 bits have room beside it
_TERNARY_THRESHOLD = 0.7  # of the mean size of weights
_ACTIVATIONS: dict[ActivationName, Callable[[Any], Any]] = {
    "linear": tf.identity,
    "relu": tf.nn.relu,
    "relu6": tf.nn.relu6,
}


class _FakeQuantLayer(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """What both have: a step, and grids around it.

    Attributes:
        step: What the layer computes.
        kind: The step's.
        rounds: Whether it computes new values.
    """

    step: Any

    def __init__(
        self,
        step: Step,
        sources: tuple[FakeQuantize, ...],
        target: FakeQuantize,
        shape: tuple[int, ...],
    ) -> None:
        super().__init__(name=step.name)
        self._shape = shape
        self.mode: Mode = "active"
        self.step, self.kind = step, step.kind
        self.rounds = isinstance(step, LinearStep) or not step.operator.moves
        # Methods, as Keras would adopt the layers themselves.
        self._source_grids = tuple(source.grid for source in sources)
        self._target_grid = target.grid
        self.output_quantization = target.quantization
        self.input_quantizations = tuple(source.quantization for source in sources)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """As known from the model, so that Keras need not trace the layer."""
        return (None, *self._shape)

    def activated(self, y: Any) -> Any:
        """`y` after the fused activation; counted, the grid's ends clip."""
        if self.step.activation != "clip":
            return _ACTIVATIONS[self.step.activation](y)
        assert self.step.limits is not None
        return y if self.mode == "active" else tf.clip_by_value(y, *self.step.limits)


class FakeQuantLinear(_FakeQuantLayer):
    """A convolution or dense layer with int8 weights.

    The output is not on a grid yet: a `FakeQuantize` follows, as TFLite requantizes
    once, after the fused activation.

    Args:
        step: What the layer computes and its initial weights; filters that are zero, as
            those of pruned channels, stay zero if their bias is zero too.
        sources: The grid of its input.
        target: The grid that its output will be rounded to.
        shape: Of its output, without the batch.
        shared: A layer of the same weights, to be trained as one.
        per_channel: Whether each output channel has a scale of its own.
        ternary: Whether there are only three weights in each channel: -s, 0 and s.
    """

    def __init__(
        self,
        step: LinearStep,
        sources: tuple[FakeQuantize, ...],
        target: FakeQuantize,
        *,
        shape: tuple[int, ...],
        shared: Any = None,
        per_channel: bool = True,
        ternary: bool = False,
    ) -> None:
        super().__init__(step, sources, target, shape)
        self.activation = step.activation
        self.per_channel = per_channel
        all_axes = tuple(range(step.kernel.ndim))
        channel_axes = step.channel_axes
        reduced = tuple(axis for axis in all_axes if axis not in channel_axes)
        self._reduced_axes = reduced if per_channel else all_axes
        self._quantized = _ternary_weights if ternary else _int8_weights
        if shared is not None:
            self.kernel, self.bias = shared.kernel, shared.bias
            return
        self.kernel = self.add_weight(shape=step.kernel.shape, name="kernel")
        self.bias = self.add_weight(shape=step.bias.shape, name="bias")
        alive = np.any(step.kernel, axis=reduced, keepdims=True)
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
        if self.mode == "float":
            y = tf.nn.bias_add(self._product(x, self.kernel), self.bias)
        elif training or self.mode != "active":
            kernel = tf.convert_to_tensor(self.kernel)
            integers, scale = self._integers()
            kernel = straight_through(kernel, integers * scale)
            y = tf.nn.bias_add(self._product(x, kernel), self.bias)
        else:
            y = self._inferred(x)
        return self.activated(y)

    def quantized_kernel(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Integers in -127..127 and the scales, broadcastable over the kernel."""
        integers, scale = self._integers()
        return integers.numpy(), scale.numpy()

    def quantized_bias(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The biases in whole numbers, and their scales."""
        _, weight_scale = self._integers()
        input_scale, _ = self._source_grids[0]()
        weight_scale = tf.reshape(weight_scale, (-1,))
        scale = double(input_scale) * double(weight_scale)
        bias = tf.cast(tf.round(double(self.bias) / scale), tf.int64)
        return bias.numpy(), (input_scale * weight_scale).numpy()

    def _integers(self) -> tuple[Any, Any]:
        """The weights as whole numbers and their scales, wide enough for the biases."""
        kernel, axes = tf.convert_to_tensor(self.kernel), self._reduced_axes
        if self.mode == "float":
            return self._quantized(kernel, axes, _SMALLEST_WEIGHT)
        input_scale, _ = self._source_grids[0]()
        least = tf.abs(self.bias) * (_WEIGHT_MAX / _LARGEST_BIAS) / input_scale
        shape = [1 if a in axes else n for a, n in enumerate(kernel.shape)]
        least = tf.reshape(least, shape) if self.per_channel else tf.reduce_max(least)
        return self._quantized(kernel, axes, tf.maximum(least, _SMALLEST_WEIGHT))

    def _inferred(self, x: Any) -> Any:
        """The output before activation, from integers and rounded as TFLite does."""
        integers, weight_scale = self._integers()
        input_scale, _ = self._source_grids[0]()
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
        """Weighted sums of `x`; groups one by one, which every device computes."""
        step: LinearStep = self.step
        strides, padding = (1, *step.strides, 1), step.padding.upper()
        if step.kind == "dense":  # of one vector in any shape, or of each of many
            x = tf.reshape(x, (-1, kernel.shape[0])) if len(self._shape) == 1 else x
            return tf.matmul(x, kernel)
        if step.kind == "transpose":
            size = _transposed_size(step, x.shape[1:3])
            shape = (tf.shape(x)[0], *size, kernel.shape[2])
            return tf.nn.conv2d_transpose(x, kernel, shape, strides, padding)
        if step.kind == "depthwise":
            return _depthwise(x, kernel, step)
        parts = [x] if step.groups == 1 else tf.split(x, step.groups, axis=-1)
        kernels = [kernel] if step.groups == 1 else tf.split(kernel, step.groups, -1)
        found = [
            tf.nn.conv2d(part, own, strides, padding, dilations=step.dilation)
            for part, own in zip(parts, kernels, strict=True)
        ]
        return found[0] if step.groups == 1 else tf.concat(found, axis=-1)


class FakeQuantOperator(_FakeQuantLayer):
    """An operator without a kernel, on tensors on grids of their own.

    The output is not on a grid yet, unless it is that of the inputs.

    Args:
        step: What the layer computes, with its fused activation.
        sources: The grids of its inputs that are not constants.
        target: The grid of its output.
        shape: Of its output, without the batch.
    """

    def __init__(
        self,
        step: PlainStep,
        sources: tuple[FakeQuantize, ...],
        target: FakeQuantize,
        *,
        shape: tuple[int, ...],
    ) -> None:
        super().__init__(step, sources, target, shape)
        self.constants = [self._constant(constant) for constant in step.constants]

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The real-valued result after the fused activation."""
        operator: Operator = self.step.operator
        tensors = [*inputs] if isinstance(inputs, (list, tuple)) else [inputs]
        grids = [grid() for grid in self._source_grids]
        for constant, variable in zip(self.step.constants, self.constants, strict=True):
            value, grid = self._rounded(variable)
            tensors.insert(constant.position, value)
            grids.insert(constant.position, grid)
        if operator.keeps_grid:
            return self._on_its_grid(tensors)
        if training or self.mode != "active" or operator.counted is None:
            y = operator.real(*tensors)
        else:
            y = self._inferred(tensors, grids)
        return self.activated(y)

    def quantized_constant(self, number: int) -> tuple[NDArray[np.int8], float, int]:
        """The whole numbers of a constant, their scale and zero point."""
        value, (scale, low) = self._rounded(self.constants[number], is_exact=True)
        zero_point = 0
        if self.step.keeps_grid:
            zero_point = -128 - round(float(low) / float(scale))
        integers = np.round(np.asarray(value) / np.float64(scale)) + zero_point
        return integers.astype(np.int8), float(scale), zero_point

    def _constant(self, constant: Constant) -> Any:
        variable = self.add_weight(
            shape=constant.value.shape,
            name="constant",
            trainable=constant.variable is not None and constant.variable.trainable,
        )
        variable.assign(constant.value)
        return variable

    def _rounded(self, variable: Any, *, is_exact: bool = False) -> tuple[Any, Any]:
        """A constant on its grid, symmetric or the output's, and the grid."""
        value = tf.convert_to_tensor(variable)
        if self.step.keeps_grid:
            grid = self._target_grid()
            scale, low = grid
            rounded = tf.round(value / scale) * scale
            rounded = tf.clip_by_value(rounded, low, low + 255 * scale)
        else:
            integers, scale = _int8_weights(
                value, tuple(range(len(value.shape))), _SMALLEST_WEIGHT
            )
            scale = tf.reshape(scale, ())
            rounded, grid = integers * scale, (scale, -128.0 * scale)
        if self.mode in ("float", "calibrates") and not is_exact:
            return value, grid
        return straight_through(value, rounded), grid

    def _on_its_grid(self, tensors: list[Any]) -> Any:
        """Values that are moved, or computed from int8 to int8."""
        operator: Operator = self.step.operator
        y = operator.real(*tensors)
        if operator.counted is None or self.mode not in ("active", "simulates"):
            return y
        scale, low = self._target_grid()
        (x,) = tensors
        q = operator.counted(tf.round((x - low) / scale) - 128.0)
        return straight_through(y, (q + 128.0) * scale + low)

    def _inferred(self, tensors: list[Any], grids: list[tuple[Any, Any]]) -> Any:
        operator: Operator = self.step.operator
        output_scale, _ = self._target_grid()
        scales = [double(scale) for scale in (*(g[0] for g in grids), output_scale)]
        steps = [tf.round(x / g[0]) for x, g in zip(tensors, grids, strict=True)]
        assert operator.counted is not None
        if operator.by_value:  # each of the 256 once
            first = tf.round(grids[0][1] / grids[0][0])
            table = operator.counted(double(first + tf.range(256.0)), *scales)
            q = tf.gather(table, tf.cast(steps[0] - first, tf.int32))
        else:
            q = operator.counted(*map(double, steps), *scales)
        return tf.cast(q, tf.float32) * output_scale


def _depthwise(x: Any, kernel: Any, step: LinearStep) -> Any:
    """TensorFlow wants one stride; rows of an image that is one row high have none."""
    rows, columns = step.strides
    if rows != columns and x.shape[1] == 1 and rows == 1:
        rows = columns
    elif rows != columns:
        return _strided(x, kernel, step)
    return tf.nn.depthwise_conv2d(
        x, kernel, (1, rows, columns, 1), step.padding.upper(), dilations=step.dilation
    )


def _strided(x: Any, kernel: Any, step: LinearStep) -> Any:
    """A depthwise convolution of two strides, channel by channel."""
    parts = tf.split(x, x.shape[-1], axis=-1)
    kernels = tf.split(kernel, x.shape[-1], axis=2)
    strides = (1, *step.strides, 1)
    found = [
        tf.nn.conv2d(part, own, strides, step.padding.upper())
        for part, own in zip(parts, kernels, strict=True)
    ]
    return tf.concat(found, axis=-1)


def _transposed_size(step: LinearStep, size: tuple[int, int]) -> tuple[int, ...]:
    """Rows and columns that a transposed convolution gives, as Keras has it."""
    found = []
    for n, stride, window in zip(size, step.strides, step.kernel.shape, strict=False):
        extra = max(window - stride, 0) if step.padding == "valid" else 0
        found.append(n * stride + extra)
    return tuple(found)


def _int8_weights(
    kernel: Any, reduced_axes: tuple[int, ...], least: Any
) -> tuple[Any, Any]:
    """`kernel` as integers in -127..127, and the scale of each output channel."""
    largest = tf.reduce_max(tf.abs(kernel), axis=reduced_axes, keepdims=True)
    scale = _weight_scale(largest, least)
    return tf.round(kernel / scale), scale


def _ternary_weights(
    kernel: Any, reduced_axes: tuple[int, ...], least: Any
) -> tuple[Any, Any]:
    """`kernel` as -127, 0 and 127, and the scale of each output channel.

    Threshold and size are those of Li, Zhang and Liu, 2016, "Ternary weight networks",
    equations 5 and 6.
    """
    size = tf.abs(kernel)
    mean = tf.reduce_mean(size, axis=reduced_axes, keepdims=True)
    is_large = tf.cast(size > _TERNARY_THRESHOLD * mean, tf.float32)
    count = tf.reduce_sum(is_large, axis=reduced_axes, keepdims=True)
    total = tf.reduce_sum(size * is_large, axis=reduced_axes, keepdims=True)
    scale = _weight_scale(tf.math.divide_no_nan(total, count), least)
    return tf.sign(kernel) * is_large * _WEIGHT_MAX, scale


def _weight_scale(largest: Any, least: Any) -> Any:
    """The step between integers, as the file has it."""
    scale = step_size(tf.maximum(largest, least), _WEIGHT_MAX)
    return step_size(scale * _WEIGHT_MAX, _WEIGHT_MAX)

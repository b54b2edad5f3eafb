"""Convolutions and dense layers, over images, rows of values and rows of vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.models.backend import keras
from tinycnn.training.operators.functions import activated
from tinycnn.training.operators.moving import padded
from tinycnn.training.reading import Call, Place, Reading, expect, refusal
from tinycnn.training.steps import LinearKind, LinearStep

__all__ = ["READERS"]

_layers = keras.layers


def _read_conv(reading: Reading, call: Call) -> Place:
    layer = call.operation
    kind: LinearKind = "depthwise" if hasattr(layer, "depth_multiplier") else "conv"
    kernel = _flat_kernel(layer.kernel)
    if kind == "conv" and layer.groups > 1 and kernel.shape[2] == 1:
        kind = "depthwise"  # whose filters are in the same order
        kernel = kernel.reshape(*kernel.shape[:2], layer.groups, -1)
    groups = layer.groups if kind == "conv" else 1
    index = _convolved(
        reading, call, call.sources[0], layer.name, kind, kernel, layer, groups=groups
    )
    return activated(reading, index, layer)


def _read_separable(reading: Reading, call: Call) -> Place:
    layer, name = call.operation, call.name
    depthwise = _flat_kernel(layer.depthwise_kernel)
    pointwise = _flat_kernel(layer.pointwise_kernel)
    middle = (*call.shape[:-1], pointwise.shape[2])
    (source,) = call.sources
    first = _convolved(
        reading, call, source, f"{name}_depthwise", "depthwise", depthwise, layer,
        shape=middle, use_bias=False,
    )  # fmt: skip
    step = LinearStep(
        f"{name}_pointwise",
        (_as_image(reading, first, middle, f"{name}_image"),),
        "conv",
        pointwise,
        _bias(layer, pointwise.shape[-1]),
        layer=layer,
    )
    index = reading.linear(step, _image_shape(call.shape))
    return activated(reading, reading.reshaped(index, call.shape, f"{name}_row"), layer)


def _convolved(
    reading: Reading,
    call: Call,
    source: int,
    name: str,
    kind: LinearKind,
    kernel: NDArray[np.float32],
    layer: Any,
    *,
    groups: int = 1,
    shape: tuple[int, ...] | None = None,
    use_bias: bool = True,
) -> Place:
    """A convolution of images, or of rows as images that are one row high."""
    expect(layer, "data_format", "channels_last")
    shape = shape or call.shape
    channels = int(np.prod(kernel.shape[2:])) if kind == "depthwise" else shape[-1]
    padding = layer.padding
    source = _as_image(reading, source, call.input_shape, f"{name}_image")
    dilation = _pair(layer.dilation_rate)
    if padding == "causal":
        before = (kernel.shape[1] - 1) * dilation[1]
        source = padded(reading, source, ((0, 0), (before, 0), (0, 0)), f"{name}_pad")
        padding = "valid"
    step = LinearStep(
        name,
        (source,),
        kind,
        kernel,
        _bias(layer, channels) if use_bias else np.zeros(channels, np.float32),
        _pair(layer.strides),
        padding,
        dilation,
        groups,
        layer=layer,
    )
    index = reading.linear(step, _image_shape(shape))
    return reading.reshaped(index, shape, f"{name}_row")


def _read_transpose(reading: Reading, call: Call) -> Place:
    layer = call.operation
    expect(layer, "data_format", "channels_last")
    rank = len(call.shape) - 1
    for option, values in (
        ("dilation_rate", (1, (1,) * rank)),
        ("output_padding", (None,)),
    ):
        expect(layer, option, *values)
    kernel = _flat_kernel(layer.kernel)
    strides = _pair(layer.strides)
    source = _as_image(reading, call.sources[0], call.input_shape, f"{call.name}_image")
    step = LinearStep(
        call.name,
        (source,),
        "transpose",
        kernel,
        _bias(layer, kernel.shape[2]),
        strides,
        layer.padding,
        layer=layer,
    )
    index = reading.linear(step, _image_shape(call.shape))
    index = reading.reshaped(index, call.shape, f"{call.name}_row")
    return activated(reading, index, layer)


def _read_dense(reading: Reading, call: Call) -> Place:
    layer = call.operation
    kernel = np.asarray(layer.kernel)
    bias = _bias(layer, kernel.shape[-1])
    source = _as_vector(reading, call.sources[0])
    step = LinearStep(layer.name, (source,), "dense", kernel, bias, layer=layer)
    return activated(reading, reading.linear(step, call.shape), layer)


def _as_vector(reading: Reading, index: int) -> Place:
    """An image of one place, which TFLite takes for the vector at `index`."""
    step, shape = reading.steps[index], reading.shapes[index]
    if step.kind == "reshape" and len(shape) == 1:
        (source,) = step.sources
        if reading.shapes[source][-1] == shape[0]:
            return Place(source)
    return Place(index)


def _read_product(reading: Reading, call: Call) -> Place:
    """A product with a matrix that is known."""
    if (
        len(call.operands) != 2
        or len(call.sources) != 1
        or (not isinstance(call.operands[0], Place))
    ):
        raise refusal(
            call.operation,
            "a matrix of constants after it",
            "a product of two tensors",
            "use keras.layers.Dense",
        )
    kernel = np.asarray(call.operands[1], np.float32)
    if kernel.ndim != 2:
        raise refusal(call.operation, "a matrix", f"{kernel.ndim} axes", "use Dense")
    bias = np.zeros(kernel.shape[-1], np.float32)
    step = LinearStep(call.name, call.sources, "dense", kernel, bias)
    return reading.linear(step, call.shape)


def _as_image(reading: Reading, index: int, shape: tuple[int, ...], name: str) -> Place:
    return reading.reshaped(index, _image_shape(shape), name)


def _image_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Rows of vectors are an image of one row."""
    return shape if len(shape) == 3 else (1, *shape)


def _flat_kernel(variable: Any) -> NDArray[np.float32]:
    """The weights of a convolution of images, or of rows as such."""
    kernel = np.asarray(variable)
    return kernel if kernel.ndim == 4 else kernel[np.newaxis]


def _pair(value: Any) -> tuple[int, int]:
    if isinstance(value, int):
        return value, value
    return (1, *value) if len(value) == 1 else tuple(value)


def _bias(layer: Any, channels: int) -> NDArray[np.float32]:
    return np.asarray(layer.bias) if layer.use_bias else np.zeros(channels, np.float32)


READERS = {
    _layers.Conv1D: _read_conv,
    _layers.Conv2D: _read_conv,
    _layers.DepthwiseConv1D: _read_conv,
    _layers.DepthwiseConv2D: _read_conv,
    _layers.SeparableConv1D: _read_separable,
    _layers.SeparableConv2D: _read_separable,
    _layers.Conv1DTranspose: _read_transpose,
    _layers.Conv2DTranspose: _read_transpose,
    _layers.Dense: _read_dense,
    "Matmul": _read_product,
}

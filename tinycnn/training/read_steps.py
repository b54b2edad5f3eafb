"""Reads a Keras model as the steps that int8 inference will take.

In: a functional or Sequential model. Out: its steps in execution order, with batch
normalization folded into the weights before it (a 1x1 depthwise convolution, where
there are none) and activations fused into the step before them, which is how TFLite
executes them. What cannot be expressed so is refused here, by name, and nowhere later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.errors import UnsupportedModelError
from tinycnn.models.backend import keras
from tinycnn.training.activations import FUNCTIONS, function_of, shown_name
from tinycnn.training.layer_graph import node_of, tensors_in_order
from tinycnn.training.steps import (
    AS_PLACE,
    ActivationName,
    LinearStep,
    PlainStep,
    Step,
    StepKind,
    fold_hard_sigmoid,
    fold_norm,
    identity_step,
)

__all__ = ["read_steps"]


def read_steps(model: Any) -> tuple[Step, ...]:
    """The steps of `model` in execution order, from its input to its output.

    Raises:
        UnsupportedModelError: If a layer, an option or the shape of the network has
            no int8 counterpart here.
    """
    tensors = tensors_in_order(model)
    uses = Counter(id(t) for tensor in tensors for t in node_of(tensor).input_tensors)
    reading = _Reading()
    step_of: dict[int, int] = {}  # id of a tensor -> index of its step
    for tensor in tensors:
        node = node_of(tensor)
        layer = node.operation
        _check_layer(layer, node, reading.layers)
        reading.layers.append(layer)
        sources = tuple(step_of[id(source)] for source in node.input_tensors)
        index = _READERS[type(layer)](reading, layer, sources)
        step_of[id(tensor)] = index
        if uses[id(tensor)] > 1:
            reading.shared.add(index)
    _check_softmax_is_last(reading.steps)
    return tuple(reading.steps)


@dataclass(slots=True)
class _Reading:
    """What has been read so far; `shared` steps have more than one reader."""

    steps: list[Step] = field(default_factory=list)
    layers: list[Any] = field(default_factory=list)
    shared: set[int] = field(default_factory=set)

    def append(self, step: Step) -> int:
        self.steps.append(step)
        return len(self.steps) - 1


def _check_layer(layer: Any, node: Any, seen: list[Any]) -> None:
    """Refuse what no reader below would understand."""
    if not isinstance(layer, keras.layers.Layer):
        raise UnsupportedModelError(
            f"operation '{layer.name}' ({type(layer).__name__}): expected a layer, got "
            "a bare operation",
            hint="use layers: keras.layers.Add()([x, y]) instead of x + y",
        )
    if type(layer) not in _READERS:
        is_own = type(layer).__name__ in {kind.__name__ for kind in _READERS}
        problem = "not Keras' own class" if is_own else "not supported"
        known = ", ".join(kind.__name__ for kind in _READERS)
        raise UnsupportedModelError(
            f"layer '{layer.name}' ({type(layer).__name__}): {problem}",
            hint=f"supported layers: {known}",
        )
    if any(layer is other for other in seen):
        raise _refusal(layer, "one use in the model", "two", "give each use a layer")
    _check_call(layer, node)
    _expect(layer, "data_format", "channels_last")
    if len(node.output_tensors) != 1:
        raise _refusal(layer, "1 output", str(len(node.output_tensors)))


def _check_call(layer: Any, node: Any) -> None:
    """Refuse a layer that computes something else than its class says."""
    if "call" in vars(layer):
        raise _refusal(layer, "the call of its class", "one of its own")
    _expect_float32(layer)
    given = enumerate(node.arguments.args[1:], 1)  # beside the input
    options = {**node.arguments.kwargs, **{f"argument {i}": v for i, v in given}}
    for name, value in options.items():
        if value is not None and value is not False:
            raise _refusal(
                layer,
                "a call with its input alone",
                f"{name}={value}",
                "leave training out of the call: it is for inference too",
            )


def _check_softmax_is_last(steps: list[Step]) -> None:
    for step in steps[:-1]:
        if step.kind == "softmax":
            raise UnsupportedModelError(
                f"layer '{step.name}' (softmax): expected the end of the model, got "
                "layers after it",
                hint="use softmax for the output only",
            )


def _read_input(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    return reading.append(PlainStep(layer.name, sources, "input", layer))


def _read_conv(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    _expect(layer, "groups", 1)
    _expect(layer, "dilation_rate", (1, 1))
    is_depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
    kernel = np.asarray(layer.kernel)
    step = LinearStep(
        layer.name,
        sources,
        "depthwise" if is_depthwise else "conv",
        kernel,
        _bias(layer, _channels(kernel, is_depthwise=is_depthwise)),
        layer.strides,
        layer.padding,
    )
    return _with_activation(reading, reading.append(step), layer)


def _read_separable(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    _expect(layer, "dilation_rate", (1, 1))
    depthwise = np.asarray(layer.depthwise_kernel)
    pointwise = np.asarray(layer.pointwise_kernel)
    first = LinearStep(
        f"{layer.name}_depthwise",
        sources,
        "depthwise",
        depthwise,
        np.zeros(_channels(depthwise, is_depthwise=True), np.float32),
        layer.strides,
        layer.padding,
    )
    second = LinearStep(
        f"{layer.name}_pointwise",
        (reading.append(first),),
        "conv",
        pointwise,
        _bias(layer, pointwise.shape[-1]),
    )
    return _with_activation(reading, reading.append(second), layer)


def _read_dense(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    rank = len(layer.input.shape)
    if rank != 2:
        raise _refusal(layer, "a flat input", f"{rank - 1} axes", "put Flatten before")
    kernel = np.asarray(layer.kernel)
    step = LinearStep(
        layer.name, sources, "dense", kernel, _bias(layer, kernel.shape[-1])
    )
    return _with_activation(reading, reading.append(step), layer)


def _read_norm(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    _expect_last_axis(layer)
    return _rewritten(reading, sources[0], layer, lambda step: fold_norm(step, layer))


def _rewritten(
    reading: _Reading, index: int, layer: Any, change: Callable[[LinearStep], Step]
) -> int:
    """The step at `index` changed, or one of its own for `layer` if it cannot be."""
    step = reading.steps[index]
    is_free = index not in reading.shared and step.activation == "linear"
    if isinstance(step, LinearStep) and is_free:
        reading.steps[index] = change(step)
        return index
    name, (*size, channels) = _own_name(step, layer, "affine"), layer.input.shape[1:]
    if not size:
        index = _reshaped(
            reading, index, f"{step.name}{AS_PLACE}{name}", (1, 1, channels)
        )
    index = reading.append(change(identity_step(name, index, channels)))
    return index if size else _reshaped(reading, index, f"{name}_flat", (channels,))


def _reshaped(reading: _Reading, index: int, name: str, shape: tuple[int, ...]) -> int:
    layer = keras.layers.Reshape(shape, name=name)
    return reading.append(PlainStep(name, (index,), "same_grid", layer))


def _read_relu(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    _expect(layer, "negative_slope", 0.0)
    _expect(layer, "threshold", 0.0)
    if layer.max_value not in (None, 6):
        raise _refusal(layer, "max_value None or 6", str(layer.max_value))
    name: ActivationName = "relu" if layer.max_value is None else "relu6"
    return _fused(reading, sources[0], layer, name)


def _read_activation(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    return _with_activation(reading, sources[0], layer)


def _read_softmax(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    _expect_last_axis(layer)
    return reading.append(PlainStep(layer.name, sources, "softmax"))


def _with_activation(reading: _Reading, index: int, layer: Any) -> int:
    """Append or fuse the `activation` of `layer` after the step at `index`."""
    name = function_of(layer)
    if name is None:
        raise _unknown_function(layer)
    if name == "linear":
        return index
    if name == "relu" or name == "relu6":
        return _fused(reading, index, layer, name)
    if name == "hard_sigmoid":
        return _rewritten(reading, index, layer, fold_hard_sigmoid)
    kind = _FUNCTION_KINDS[name]
    own_name = _own_name(reading.steps[index], layer, name)
    result = reading.append(PlainStep(own_name, (index,), kind))
    if name != "silu":
        return result
    product = PlainStep(f"{own_name}_product", (index, result), "multiply")
    return reading.append(product)


def _unknown_function(layer: Any) -> UnsupportedModelError:
    name = shown_name(layer.activation)
    got = f"'{name}'" + (", which computes something else" if name in FUNCTIONS else "")
    return _refusal(layer, f"activation {', '.join(FUNCTIONS)}", got)


def _fused(reading: _Reading, index: int, layer: Any, name: ActivationName) -> int:
    step = reading.steps[index]
    is_free = index not in reading.shared and step.activation == "linear"
    if not (is_free and step.kind in ("add", "multiply")):
        return _rewritten(
            reading, index, layer, lambda step: replace(step, activation=name)
        )
    reading.steps[index] = replace(step, activation=name)
    return index


def _own_name(step: Step, layer: Any, suffix: str) -> str:
    """A name for a step of `layer` after `step`, which may be of the same layer."""
    return layer.name if step.name != layer.name else f"{layer.name}_{suffix}"


def _read_same_grid(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    return reading.append(PlainStep(layer.name, sources, "same_grid", layer))


def _read_global_max(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    _, h, w, c = layer.input.shape
    pool = keras.layers.MaxPooling2D((h, w), name=layer.name)
    index = reading.append(PlainStep(layer.name, sources, "same_grid", pool))
    if layer.keepdims:
        return index
    return _reshaped(reading, index, f"{layer.name}_flat", (c,))


def _read_average(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    return reading.append(PlainStep(layer.name, sources, "average_pool", layer))


def _read_mean(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    return reading.append(PlainStep(layer.name, sources, "mean", layer))


def _read_dropout(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    return sources[0]


def _read_add(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    shapes = [tensor.shape[1:] for tensor in layer.input]
    if len(shapes) != 2 or shapes[0] != shapes[1]:
        got = " and ".join(str(shape) for shape in shapes)
        hint = "give both one shape, as a 1x1 convolution does for channels"
        if len(shapes) != 2:
            hint = "add two tensors at a time"
        raise _refusal(layer, "2 inputs of one shape", got, hint)
    return reading.append(PlainStep(layer.name, sources, "add"))


def _read_multiply(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    shapes = [tensor.shape[1:] for tensor in layer.input]
    if len(shapes) != 2 or len(shapes[0]) != len(shapes[1]):
        got = " and ".join(str(shape) for shape in shapes)
        hint = "give the factors of channels the shape (1, 1, channels)"
        raise _refusal(layer, "2 inputs of as many axes", got, hint)
    return reading.append(PlainStep(layer.name, sources, "multiply"))


def _read_concatenate(reading: _Reading, layer: Any, sources: tuple[int, ...]) -> int:
    return reading.append(PlainStep(layer.name, sources, "concatenate", layer))


def _bias(layer: Any, channels: int) -> NDArray[np.float32]:
    return np.asarray(layer.bias) if layer.use_bias else np.zeros(channels, np.float32)


def _channels(kernel: NDArray[np.float32], *, is_depthwise: bool) -> int:
    """Output channels of a convolution with `kernel`."""
    return int(np.prod(kernel.shape[2:])) if is_depthwise else kernel.shape[-1]


def _expect(layer: Any, option: str, expected: Any) -> None:
    """Refuse `layer` if it has `option` and the value is another."""
    got = getattr(layer, option, expected)
    if got != expected:
        raise _refusal(layer, f"{option} {expected}", str(got))


def _expect_float32(layer: Any) -> None:
    got = layer.dtype_policy.name
    if got != "float32":
        hint = 'leave mixed precision to tinycnn: precision = "bfloat16" in [training]'
        raise _refusal(layer, "float32", got, hint)


def _expect_last_axis(layer: Any) -> None:
    if layer.axis not in (-1, len(layer.input.shape) - 1):
        raise _refusal(layer, "axis -1", str(layer.axis))


def _refusal(
    layer: Any, expected: str, got: str, hint: str | None = None
) -> UnsupportedModelError:
    return UnsupportedModelError(
        f"layer '{layer.name}' ({type(layer).__name__}): expected {expected}, "
        f"got {got}",
        hint=hint,
    )


_FUNCTION_KINDS: dict[str, StepKind] = {
    "sigmoid": "logistic",
    "silu": "logistic",
    "hard_silu": "hard_swish",
    "softmax": "softmax",
}
_Reader = Callable[[_Reading, Any, tuple[int, ...]], int]
_READERS: dict[type, _Reader] = {
    keras.layers.InputLayer: _read_input,
    keras.layers.Conv2D: _read_conv,
    keras.layers.DepthwiseConv2D: _read_conv,
    keras.layers.SeparableConv2D: _read_separable,
    keras.layers.Dense: _read_dense,
    keras.layers.BatchNormalization: _read_norm,
    keras.layers.ReLU: _read_relu,
    keras.layers.Activation: _read_activation,
    keras.layers.Softmax: _read_softmax,
    keras.layers.MaxPooling2D: _read_same_grid,
    keras.layers.AveragePooling2D: _read_average,
    keras.layers.GlobalAveragePooling2D: _read_mean,
    keras.layers.GlobalMaxPooling2D: _read_global_max,
    keras.layers.Flatten: _read_same_grid,
    keras.layers.Reshape: _read_same_grid,
    keras.layers.ZeroPadding2D: _read_same_grid,
    keras.layers.Dropout: _read_dropout,
    keras.layers.SpatialDropout2D: _read_dropout,
    keras.layers.Add: _read_add,
    keras.layers.Multiply: _read_multiply,
    keras.layers.Concatenate: _read_concatenate,
}

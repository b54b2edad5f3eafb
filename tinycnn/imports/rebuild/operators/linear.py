"""Convolutions and dense layers; what moves values before these goes into weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinycnn.imports.rebuild.building import Array, Operation
from tinycnn.imports.rebuild.operators.functions import fused_name
from tinycnn.imports.rebuild.view import View
from tinycnn.models.backend import keras

__all__ = ["BUILDERS"]

_layers = keras.layers
_SAME = 0  # of the schema's paddings


def _build_conv(operation: Operation) -> list[View]:
    kernel = operation.weights(1).transpose(1, 2, 3, 0)
    return _convolved(operation, kernel, strides=(2, 1), dilation=(5, 4), fused=3)


def _build_depthwise(operation: Operation) -> list[View]:
    (_, rows, columns, _) = (weights := operation.weights(1)).shape
    channels = operation.raw.input(0).shape[-1]
    kernel = weights.reshape(rows, columns, channels, -1)
    return _convolved(
        operation, kernel, strides=(2, 1), dilation=(6, 5), fused=4, is_depthwise=True
    )


def _convolved(
    operation: Operation,
    kernel: Array,
    *,
    strides: tuple[int, int],
    dilation: tuple[int, int],
    fused: int,
    is_depthwise: bool = False,
) -> list[View]:
    """A convolution whose kernel is as Keras has it; options by their numbers."""
    raw, channels = operation.raw, operation.output.shape[-1]
    size = kernel.shape[:2]
    steps = tuple(raw.int32(field) for field in strides)
    spread = tuple(raw.int32(field, 1) for field in dilation)
    padding = "same" if raw.int8(0) == _SAME else "valid"
    x, padding = _unpadded(operation, size, steps, spread, padding)
    options = {
        "strides": steps,
        "padding": padding,
        "dilation_rate": spread,
        "activation": _activation(operation, fused),
    }
    if max(spread) > 1 and max(steps) > 1:
        raise operation.refusal("strides or dilation", "both")
    if is_depthwise and steps[0] == steps[1]:
        kind: Any = _layers.DepthwiseConv2D
        args: tuple[Any, ...] = (size, *steps[:0])
        options["depth_multiplier"] = kernel.shape[3]
    else:
        groups = x.shape[-1] if is_depthwise else x.shape[-1] // kernel.shape[2]
        if is_depthwise:
            kernel = kernel.reshape(*size, 1, channels)
        kind, args = _layers.Conv2D, (channels, size)
        options["groups"] = groups
    return [_with_weights(operation, kind, args, options, x, kernel)]


def _activation(operation: Operation, field: int) -> str | None:
    name = fused_name(operation, field)
    return None if name == "linear" else name


def _unpadded(
    operation: Operation,
    size: tuple[int, ...],
    steps: tuple[int, ...],
    spread: tuple[int, ...],
    padding: str,
) -> tuple[Any, str]:
    """The image, and "same" where it was padded as Keras does for that."""
    view = operation.view()
    if padding == "same" or view.origin is None or view.how != "padded":
        return operation.image(), padding
    shape, wanted = view.origin.shape, [(0, 0)]
    for n, k, s, d in zip(shape[1:3], size, steps, spread, strict=True):
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        wanted.append((total // 2, total - total // 2))
    if view.level or view.padding != (*wanted, (0, 0)):
        return operation.image(), padding
    return operation.building.settled(view.origin, operation.name), "same"


def _with_weights(
    operation: Operation,
    kind: Any,
    args: tuple[Any, ...],
    options: dict[str, Any],
    x: Any,
    kernel: Array,
) -> View:
    channels = operation.output.shape[-1]
    bias = operation.bias(2, channels)
    use_bias = bool(np.any(bias))
    layer = operation.layer(kind, *args, use_bias=use_bias, **options)
    y = layer(x)
    layer.set_weights([kernel, bias] if use_bias else [kernel])
    is_positive = options.get("activation") in ("relu", "relu6")
    return operation.plain(y, is_positive=is_positive)


def _build_transpose(operation: Operation) -> list[View]:
    """TRANSPOSE_CONV: Keras' is whole, or cut to the image times the strides."""
    kernel = operation.weights(1).transpose(1, 2, 0, 3)
    raw, view = operation.raw, operation.view(2)
    x = operation.image(2)
    steps, size = (raw.int32(2), raw.int32(1)), kernel.shape[:2]
    source, target = view.shape[1:3], operation.output.shape[1:3]
    is_same = raw.int8(0) == _SAME
    sizes = [
        (n, m, k, s) for n, m, k, s in zip(source, target, size, steps, strict=True)
    ]
    channels = kernel.shape[2]
    bias = operation.bias(3, channels)
    use_bias, name = bool(np.any(bias)), _activation(operation, 3)
    fits = is_same and all(m == n * s and k >= s for n, m, k, s in sizes)
    layer = operation.layer(
        _layers.Conv2DTranspose,
        channels,
        size,
        strides=steps,
        padding="same" if fits else "valid",
        use_bias=use_bias,
        activation=name,
    )
    y = layer(x)
    layer.set_weights([kernel, bias] if use_bias else [kernel])
    if not fits:
        cuts = []
        for (_, m, k, s), whole in zip(sizes, y.shape[1:3], strict=True):
            steps_in = -(-m // s) if is_same else -(-(m - k + 1) // s)
            before = max((steps_in - 1) * s + k - m, 0) // 2
            cuts.append((before, whole - m - before))
        if min(n for cut in cuts for n in cut) < 0:
            raise operation.refusal("an output that its kernel reaches", f"{target}")
        if any(map(any, cuts)):
            crop = operation.layer(_layers.Cropping2D, tuple(cuts), suffix="_crop")
            y = crop(y)
    return [operation.plain(y, is_positive=name in ("relu", "relu6"))]


def _build_dense(operation: Operation) -> list[View]:
    weights = operation.weights(1)  # a row an output
    return _dense(operation, weights, operation.bias(2, len(weights)), fused=0)


def _build_product(operation: Operation) -> list[View]:
    """BATCH_MATMUL with a matrix that is known."""
    weights = operation.weights(1)
    if weights.ndim != 2 or operation.raw.int8(0):
        raise operation.refusal("a matrix after it", f"{weights.shape}")
    weights = weights if operation.raw.int8(1) else weights.T
    return _dense(operation, weights, np.zeros(len(weights), np.float32), fused=None)


def _dense(
    operation: Operation, weights: Array, bias: Array, *, fused: int | None
) -> list[View]:
    building, view = operation.building, operation.view()
    units, count = weights.shape
    vector = view.reshaped((1, count)) if np.prod(view.shape) == count else None
    if vector is not None:
        x = building.reshaped(view.tensor, (count,), f"{operation.name}_flat")
        sizes = [vector.factors[i] for i in vector.order]
        places = np.argsort(vector.order)
        weights = weights.reshape(units, *sizes).transpose(0, *(places + 1))
        weights = weights.reshape(units, count)
    elif view.shape[:1] == (1,):
        x = building.settled(view, operation.name)
    else:
        x = building.settled(view, operation.name, is_whole=True)
    name = None if fused is None else _activation(operation, fused)
    use_bias = bool(np.any(bias))
    layer = operation.layer(_layers.Dense, units, use_bias=use_bias, activation=name)
    y = layer(x)
    kernel = np.ascontiguousarray(weights.T)
    layer.set_weights([kernel, bias] if use_bias else [kernel])
    return [operation.plain(y, is_positive=name in ("relu", "relu6"))]


BUILDERS = {
    "CONV_2D": _build_conv,
    "DEPTHWISE_CONV_2D": _build_depthwise,
    "TRANSPOSE_CONV": _build_transpose,
    "FULLY_CONNECTED": _build_dense,
    "BATCH_MATMUL": _build_product,
}

"""Functions of one value, softmax, and activations that other operators have fused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tinycnn.imports.rebuild.building import Builder, Operation
from tinycnn.imports.rebuild.view import View
from tinycnn.models.backend import keras

__all__ = ["BUILDERS", "activated", "fused_name", "rectified"]

_layers, _ops = keras.layers, keras.ops
_FUSED = {0: "linear", 1: "relu", 2: "hard_tanh", 3: "relu6", 4: "tanh"}
_POSITIVE = {"relu", "relu6", "sigmoid", "exponential", "hard_sigmoid", "softmax"}


def fused_name(operation: Operation, field: int) -> str:
    """What Keras calls the activation that is fused; an option of that number."""
    code = operation.raw.int8(field)
    if code not in _FUSED:
        raise operation.refusal("a fused activation that Keras has", f"number {code}")
    return _FUSED[code]


def activated(operation: Operation, view: View, field: int) -> View:
    """`view` after the activation that is fused."""
    name = fused_name(operation, field)
    if name == "linear":
        return view
    layer = operation.layer(_layers.Activation, name, suffix=f"_{name}")
    return view.computed(layer(view.tensor), is_positive=name in _POSITIVE)


def _function(name: str) -> Builder:
    def build(operation: Operation) -> list[View]:
        view = operation.view()
        layer = operation.layer(_layers.Activation, name)
        found = view.computed(layer(view.tensor), is_positive=name in _POSITIVE)
        return [replace(found, how=name, origin=view)]

    return build


def rectified(operation: Operation, view: View) -> View:
    """`view` after ReLU, which has a limit if the view has one."""
    if view.how == "capped" and view.origin is not None:
        layer = operation.layer(_layers.ReLU, max_value=view.level)
        return view.computed(layer(view.origin.tensor), is_positive=True)
    y = operation.layer(_layers.ReLU)(view.tensor)
    return replace(view.computed(y, is_positive=True), how="relu", origin=view)


def _build_relu(operation: Operation) -> list[View]:
    return [rectified(operation, operation.view())]


def _build_leaky(operation: Operation) -> list[View]:
    view, slope = operation.view(), operation.raw.float32(0)
    layer = operation.layer(_layers.LeakyReLU, negative_slope=slope)
    return [view.computed(layer(view.tensor))]


def _build_elu(operation: Operation) -> list[View]:
    view = operation.view()
    return [view.computed(operation.layer(_layers.ELU)(view.tensor))]


def _build_gelu(operation: Operation) -> list[View]:
    view, is_rough = operation.view(), bool(operation.raw.int8(0))
    y = _ops.gelu(view.tensor, approximate=is_rough)
    return [view.computed(operation.named(y))]


def _simple(function: Callable[[Any], Any]) -> Builder:
    def build(operation: Operation) -> list[View]:
        view = operation.view()
        return [view.computed(operation.named(function(view.tensor)))]

    return build


def _build_clip(low: float, high: float) -> Builder:
    return _simple(lambda x: _ops.clip(x, low, high))


def _build_prelu(operation: Operation) -> list[View]:
    view = operation.view()
    rank = len(view.shape)
    slopes = operation.weights(1)
    order = view.free_order()
    slopes = slopes.reshape((1,) * (rank - slopes.ndim) + slopes.shape)
    slopes = slopes.transpose(order)
    x = operation.building.settled(view.transposed(order), operation.name)
    slopes = slopes.reshape(slopes.shape[-len(x.shape[1:]) :])
    counts: tuple[int, ...] = slopes.shape
    shared = [i for i, n in enumerate(counts, 1) if n == 1 != x.shape[i]]
    layer = operation.layer(_layers.PReLU, shared_axes=shared or None)
    y = layer(x)
    layer.alpha.assign(slopes)
    return [operation.in_order(order, y)]


def _over_channels(make: Callable[[Operation], Any]) -> Builder:
    """Of what runs over the last axis."""

    def build(operation: Operation) -> list[View]:
        view = operation.view()
        order, last = view.free_order(), len(view.shape) - 1
        if order[-1] != last:
            order = tuple(range(last + 1))
        x = operation.building.settled(view.transposed(order), operation.name)
        return [operation.in_order(order, make(operation)(x))]

    return build


def _softmax(operation: Operation) -> Any:
    beta = operation.raw.float32(0)
    if not np.isclose(beta, 1.0):
        raise operation.refusal("beta 1", f"{beta:g}")
    return operation.layer(_layers.Softmax)


BUILDERS = {
    "RELU": _build_relu,
    "RELU6": _function("relu6"),
    "RELU_N1_TO_1": _function("hard_tanh"),
    "RELU_0_TO_1": _build_clip(0.0, 1.0),
    "LOGISTIC": _function("sigmoid"),
    "TANH": _function("tanh"),
    "HARD_SWISH": _function("hard_silu"),
    "EXP": _function("exponential"),
    "LEAKY_RELU": _build_leaky,
    "PRELU": _build_prelu,
    "ELU": _build_elu,
    "GELU": _build_gelu,
    "ABS": _simple(lambda x: _ops.absolute(x)),
    "NEG": _simple(lambda x: _ops.negative(x)),
    "SQUARE": _simple(lambda x: _ops.square(x)),
    "SOFTMAX": _over_channels(_softmax),
    "LOG_SOFTMAX": _over_channels(
        lambda operation: operation.layer(_layers.Activation, "log_softmax")
    ),
    "L2_NORMALIZATION": _over_channels(
        lambda operation: operation.layer(_layers.UnitNormalization)
    ),
}

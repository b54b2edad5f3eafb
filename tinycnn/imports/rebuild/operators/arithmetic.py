"""What is computed of two values, place by place, with broadcasting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tinycnn.imports.rebuild.building import Builder, Operation
from tinycnn.imports.rebuild.operators.functions import activated, rectified
from tinycnn.imports.rebuild.view import View
from tinycnn.models.backend import keras

__all__ = ["BUILDERS"]

_layers, _ops = keras.layers, keras.ops


def _binary(function: Callable[[Any, Any], Any], kind: Any = None) -> Builder:
    """Of a function of `keras.ops`, and the layer that does it to two tensors."""

    def build(operation: Operation) -> list[View]:
        aligned = operation.aligned()
        tensors = [x for x in aligned.operands if isinstance(x, keras.KerasTensor)]
        if kind is not None and len(tensors) == 2:
            result = operation.layer(kind)(tensors)
        else:
            result = operation.named(function(*aligned.operands))
        return [activated(operation, operation.in_order(aligned.order, result), 0)]

    return build


def _build_product(operation: Operation) -> list[View]:
    """MUL, which of a value and its own sigmoid is SiLU."""
    views = _view(operation, 0), _view(operation, 1)
    if operation.raw.int8(0) == 0:  # without an activation of its own
        for view, other in (views, views[::-1]):
            if view and other and other.how == "sigmoid" and other.origin is view:
                layer = operation.layer(_layers.Activation, "silu")
                return [view.computed(layer(view.tensor))]
    return _multiply(operation)


def _build_maximum(operation: Operation) -> list[View]:
    """MAXIMUM, which with zero is ReLU."""
    limit, view = _limited(operation)
    if view is None or limit != 0:
        return _maximum(operation)
    return [rectified(operation, view)]


def _build_minimum(operation: Operation) -> list[View]:
    """MINIMUM, which behind ReLU is its limit."""
    limit, view = _limited(operation)
    if (
        view is not None
        and view.how == "relu"
        and view.origin is not None
        and limit > 0
    ):
        layer = operation.layer(_layers.ReLU, max_value=limit)
        return [view.computed(layer(view.origin.tensor), is_positive=True)]
    (found,) = _minimum(operation)
    if view is None:
        return [found]
    return [replace(found, how="capped", origin=view, level=limit)]


def _limited(operation: Operation) -> tuple[float, View | None]:
    """A number, and the activation that it limits; None if there are no such."""
    view = _view(operation, 0)
    values = operation.constant(1)
    if view is None or values is None or values.size != 1:
        return 0.0, None
    is_kept = view.shape == operation.output.shape
    return float(values.item()), view if is_kept else None


def _view(operation: Operation, number: int) -> View | None:
    is_known = operation.raw.input(number).data is not None
    return None if is_known else operation.view(number)


_multiply = _binary(_ops.multiply, _layers.Multiply)
_maximum = _binary(_ops.maximum, _layers.Maximum)
_minimum = _binary(_ops.minimum, _layers.Minimum)
BUILDERS = {
    "ADD": _binary(_ops.add, _layers.Add),
    "ADD_N": _binary(_ops.add, _layers.Add),
    "SUB": _binary(_ops.subtract, _layers.Subtract),
    "MUL": _build_product,
    "DIV": _binary(_ops.divide),
    "MAXIMUM": _build_maximum,
    "MINIMUM": _build_minimum,
    "POW": _binary(_ops.power),
    "SQUARED_DIFFERENCE": _binary(lambda a, b: _ops.square(_ops.subtract(a, b))),
}

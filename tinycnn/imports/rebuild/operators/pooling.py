"""Windows and whole axes made to one value: pools and reductions."""

from __future__ import annotations

from typing import Any

from tinycnn.imports.rebuild.building import Builder, Operation
from tinycnn.imports.rebuild.operators.functions import activated
from tinycnn.imports.rebuild.view import View
from tinycnn.models.backend import keras

__all__ = ["BUILDERS"]

_layers, _ops = keras.layers, keras.ops
_SAME = 0  # of the schema's paddings
_LOW = -1e30  # what is padded with at most this loses every comparison


def _pool(kind: Any, *, is_max: bool) -> Builder:
    def build(operation: Operation) -> list[View]:
        raw, view = operation.raw, operation.view()
        steps, size = (raw.int32(2), raw.int32(1)), (raw.int32(4), raw.int32(3))
        padding = "same" if raw.int8(0) == _SAME else "valid"
        if is_max and view.origin and view.how == "padded" and padding == "valid":
            y = _pool_padded(operation, view, view.origin, size, steps)
            is_positive = view.origin.is_positive
        else:
            layer = operation.layer(kind, size, strides=steps, padding=padding)
            y, is_positive = layer(operation.image()), view.is_positive
        found = operation.plain(y, is_positive=is_positive)
        return [activated(operation, found, 5)]

    return build


def _pool_padded(
    operation: Operation,
    view: View,
    origin: View,
    size: tuple[int, ...],
    steps: tuple[int, ...],
) -> Any:
    """MAX_POOL_2D of an image that was padded, as frameworks with NCHW do it.

    A border of low values is Keras' own "same", or one of zeros where no value is
    below zero, or the pool at every place, of which each so-and-so-many-th is taken.
    """
    rows = view.padding[1:3]
    pool = _layers.MaxPooling2D
    is_low = view.level <= _LOW
    if not is_low and not (view.level == 0 and origin.is_positive):
        return operation.layer(pool, size, strides=steps)(operation.image())
    x = operation.building.settled(origin, operation.name)
    if any(view.padding[0]) or any(view.padding[3]):
        raise operation.refusal("a border of rows and columns", f"{view.padding}")
    wanted = []
    for n, k, s in zip(origin.shape[1:3], size, steps, strict=True):
        total = max((-(-n // s) - 1) * s + k - n, 0)
        wanted.append((total // 2, total - total // 2))
    if list(rows) == wanted:
        return operation.layer(pool, size, strides=steps, padding="same")(x)
    if origin.is_positive:
        x = operation.layer(_layers.ZeroPadding2D, tuple(rows), suffix="_border")(x)
        return operation.layer(pool, size, strides=steps)(x)
    if list(rows) != [(k // 2, k // 2) for k in size] or not all(k % 2 for k in size):
        raise operation.refusal("a border of half the window", f"{rows}")
    y = operation.layer(pool, size, strides=1, padding="same")(x)
    return operation.named(y[:, :: steps[0], :: steps[1]])


def _reduce(function: Any, kind: Any = None) -> Builder:
    """Of a function of `keras.ops`, and the layer that does it to an image."""

    def build(operation: Operation) -> list[View]:
        rank = len(operation.view().shape)
        axes = {int(i) % rank for i in operation.raw.constant(1).ravel()}
        keeps = bool(operation.raw.int8(0))
        moved = operation.moved()
        x, places = moved.operands, sorted(moved.axis(i) for i in axes)
        if not all(places):
            raise operation.refusal("a batch that is kept", "axis 0")
        if kind is not None and len(x.shape) == 4 and places == [1, 2]:
            y = operation.layer(kind, keepdims=keeps)(x)
        else:
            y = operation.named(function(x, axis=tuple(places), keepdims=keeps))
        left = None if keeps else [i for i in range(rank) if i not in axes]
        return [operation.in_order(moved.order, y, axes=left)]

    return build


BUILDERS = {
    "MAX_POOL_2D": _pool(_layers.MaxPooling2D, is_max=True),
    "AVERAGE_POOL_2D": _pool(_layers.AveragePooling2D, is_max=False),
    "MEAN": _reduce(_ops.mean, _layers.GlobalAveragePooling2D),
    "SUM": _reduce(_ops.sum),
    "REDUCE_MAX": _reduce(_ops.max, _layers.GlobalMaxPooling2D),
    "REDUCE_MIN": _reduce(_ops.min),
}

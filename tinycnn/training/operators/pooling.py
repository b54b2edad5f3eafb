"""Pooling, in windows and over all: the largest and the mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tinycnn.models.backend import keras, tf
from tinycnn.training.reading import Call, Place, Reading, expect, refusal
from tinycnn.training.rounding import double, requantized, round_half_away
from tinycnn.training.steps import Operator

__all__ = ["READERS"]

_layers = keras.layers


def _read_pooling(reading: Reading, call: Call) -> Place:
    layer = call.operation
    expect(layer, "data_format", "channels_last")
    rank = len(call.shape) - 1
    size, strides = (
        _pair(value, rank)
        for value in (layer.pool_size, layer.strides or layer.pool_size)
    )
    largest = "Max" in type(layer).__name__
    return _pooled(
        reading,
        call,
        largest=largest,
        size=size,
        strides=strides,
        padding=layer.padding,
    )


def _pooled(
    reading: Reading,
    call: Call,
    *,
    largest: bool,
    size: tuple[int, int],
    strides: tuple[int, int],
    padding: str,
    shape: tuple[int, ...] | None = None,
) -> Place:
    """A window over an image, or over rows as an image of one row."""
    shape = shape or call.shape
    image, result = (s if len(s) == 3 else (1, *s) for s in (call.input_shape, shape))
    index = reading.reshaped(call.sources[0], image, f"{call.name}_image")
    pool = tf.nn.max_pool2d if largest else tf.nn.avg_pool2d

    def real(x: Any) -> Any:
        return pool(x, size, strides, padding.upper())

    operator = Operator(
        "max_pool" if largest else "average_pool",
        real,
        "MAX_POOL_2D" if largest else "AVERAGE_POOL_2D",
        options={
            "filterHeight": size[0],
            "filterWidth": size[1],
            "strideH": strides[0],
            "strideW": strides[1],
            "padding": 0 if padding == "same" else 1,
        },
        counted=None if largest else lambda q: round_half_away(real(q)),
        keeps_grid=True,
        moves=largest,
        channels="kept",
    )
    index = reading.plain(call.name, (index,), operator, result)
    return reading.reshaped(index, shape, f"{call.name}_row")


def _pair(value: Any, rank: int) -> tuple[int, int]:
    first, *others = (value,) * rank if isinstance(value, int) else value
    return (first, others[0]) if others else (1, first)


def _read_global_max(reading: Reading, call: Call) -> Place:
    expect(call.operation, "data_format", "channels_last")
    *size, channels = call.input_shape
    window = (size[0], size[1]) if len(size) == 2 else (1, size[0])
    kept = (*[1] * len(size), channels)
    index = _pooled(
        reading, call, largest=True, size=window, strides=window, padding="valid",
        shape=kept,
    )  # fmt: skip
    return reading.reshaped(index, call.shape, f"{call.name}_flat")


def _read_global_mean(reading: Reading, call: Call) -> Place:
    expect(call.operation, "data_format", "channels_last")
    axes = range(1, len(call.input_shape))
    return _reduced(reading, call, "mean", axes, keepdims=call.operation.keepdims)


def _read_reduction(kind: str) -> Callable[[Reading, Call], Place]:
    def read(reading: Reading, call: Call) -> Place:
        operation, rank = call.operation, len(call.input_shape) + 1
        axes = operation.axis
        axes = (axes,) if isinstance(axes, int) else axes
        if axes is None or 0 in {axis % rank for axis in axes}:
            raise refusal(operation, "axes behind the batch", f"axis {operation.axis}")
        axes = sorted(axis % rank for axis in axes)
        return _reduced(reading, call, kind, axes, keepdims=operation.keepdims)

    return read


_REAL = {
    "mean": tf.reduce_mean,
    "max": tf.reduce_max,
    "min": tf.reduce_min,
}


def _reduced(
    reading: Reading, call: Call, kind: str, axes: Sequence[int], *, keepdims: bool
) -> Place:
    axes = tuple(axes)
    count = int(np.prod([call.input_shape[axis - 1] for axis in axes]))
    if kind == "sum":  # LiteRT's reference takes the int8 of a SUM for uint8
        index = _reduced(reading, call, "mean", axes, keepdims=keepdims)
        return reading.scale(index, float(count), 0.0, f"{call.name}_sum")
    moves = kind in ("max", "min")

    def counted(x: Any, x_scale: Any, scale: Any) -> Any:
        total = tf.reduce_sum(x, axes, keepdims)
        return requantized(double(total), x_scale / scale, divisor=count)

    operator = Operator(
        kind,
        lambda x: _REAL[kind](x, axes, keepdims),
        "MEAN" if kind == "mean" else f"REDUCE_{kind.upper()}",
        options={"keepDims": bool(keepdims)},
        parameters={"axes": np.array(axes, np.int32)},
        counted=None if moves else counted,
        keeps_grid=moves,
        moves=moves,
        channels="mixed" if len(call.input_shape) in axes else "kept",
    )
    return reading.plain(call.name, call.sources, operator, call.shape)


READERS = {
    _layers.MaxPooling1D: _read_pooling,
    _layers.MaxPooling2D: _read_pooling,
    _layers.AveragePooling1D: _read_pooling,
    _layers.AveragePooling2D: _read_pooling,
    _layers.GlobalMaxPooling1D: _read_global_max,
    _layers.GlobalMaxPooling2D: _read_global_max,
    _layers.GlobalAveragePooling1D: _read_global_mean,
    _layers.GlobalAveragePooling2D: _read_global_mean,
    "MaxPool": _read_pooling,
    "AveragePool": _read_pooling,
    "Mean": _read_reduction("mean"),
    "Sum": _read_reduction("sum"),
    "Max": _read_reduction("max"),
    "Min": _read_reduction("min"),
}

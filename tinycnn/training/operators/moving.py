"""What moves values to other places, repeats, selects or pads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tinycnn.models.backend import keras, tf
from tinycnn.training.reading import Call, Place, Reading, expect, refusal
from tinycnn.training.steps import Operator

__all__ = ["READERS", "padded", "sliced", "transposed"]

_layers = keras.layers
_Sides = Sequence[tuple[int, int]]


def padded(reading: Reading, index: int, sides: _Sides, name: str) -> Place:
    """With zeros before and after each axis but the batch."""
    if not np.any(sides):
        return Place(index)
    whole = np.array([(0, 0), *sides], np.int32)
    shape = [n + a + b for n, (a, b) in zip(reading.shapes[index], sides, strict=True)]
    operator = replace(
        _mover("pad", lambda x: tf.pad(x, whole), "PAD", padding=whole),
        channels="kept" if tuple(sides[-1]) == (0, 0) else "mixed",
    )
    return reading.plain(name, (index,), operator, shape)


def sliced(reading: Reading, index: int, ranges: Sequence[range], name: str) -> Place:
    """The indices in `ranges` of each axis but the batch."""
    shape = reading.shapes[index]
    if [*map(len, ranges)] == [*shape] and all(r.step == 1 for r in ranges):
        return Place(index)
    begin = np.array([0, *(r.start for r in ranges)], np.int32)
    end = np.array([1, *(r.start + len(r) * r.step for r in ranges)], np.int32)
    strides = np.array([1, *(r.step for r in ranges)], np.int32)
    where = (slice(None), *(slice(r.start, r.stop, r.step) for r in ranges))
    operator = Operator(
        "slice",
        lambda x: x[where],
        "STRIDED_SLICE",
        parameters={"begin": begin, "end": end, "strides": strides},
        keeps_grid=True,
        moves=True,
        channels="kept" if ranges[-1] == range(shape[-1]) else "mixed",
    )
    return reading.plain(name, (index,), operator, [len(r) for r in ranges])


def transposed(reading: Reading, index: int, axes: Sequence[int], name: str) -> Place:
    """With its axes in another order; the batch's, 0, is the first."""
    if list(axes) == sorted(axes):
        return Place(index)
    order = np.array(axes, np.int32)
    shape = [reading.shapes[index][axis - 1] for axis in axes[1:]]
    operator = _mover(
        "transpose", lambda x: tf.transpose(x, order), "TRANSPOSE", permutation=order
    )
    return reading.plain(name, (index,), operator, shape)


def _mover(
    kind: str, real: Callable[[Any], Any], code: str, **parameters: Any
) -> Operator:
    return Operator(
        kind, real, code, parameters=parameters, keeps_grid=True, moves=True
    )


def _read_reshape(reading: Reading, call: Call) -> Place:
    expect(call.operation, "data_format", "channels_last")
    return reading.reshaped(call.sources[0], call.shape, call.name)


def _read_permute(reading: Reading, call: Call) -> Place:
    return transposed(reading, call.sources[0], (0, *call.operation.dims), call.name)


def _read_transpose(reading: Reading, call: Call) -> Place:
    rank = len(call.shape) + 1
    axes = call.operation.axes or tuple(reversed(range(rank)))
    axes = tuple(axis % rank for axis in axes)
    if axes[0] != 0:
        raise refusal(call.operation, "the batch first", f"axes {axes}")
    return transposed(reading, call.sources[0], axes, call.name)


def _read_padding(reading: Reading, call: Call) -> Place:
    layer = call.operation
    expect(layer, "data_format", "channels_last")
    sides = layer.padding if len(call.shape) > 2 else (layer.padding,)
    return padded(reading, call.sources[0], (*sides, (0, 0)), call.name)


def _read_pad(reading: Reading, call: Call) -> Place:
    operation = call.operation
    expect(operation, "mode", "constant")
    value = call.options.get("constant_values")
    sides = [(int(before), int(after)) for before, after in operation.pad_width]
    if sides[0] != (0, 0) or value not in (None, 0, 0.0):
        raise refusal(operation, "zeros around each image", "others")
    return padded(reading, call.sources[0], sides[1:], call.name)


def _read_cropping(reading: Reading, call: Call) -> Place:
    layer = call.operation
    expect(layer, "data_format", "channels_last")
    cuts = layer.cropping if len(call.shape) > 2 else (layer.cropping,)
    shape = call.input_shape
    ranges = [range(a, n - b) for n, (a, b) in zip(shape, (*cuts, (0, 0)), strict=True)]
    return sliced(reading, call.sources[0], ranges, call.name)


def _read_center_crop(reading: Reading, call: Call) -> Place:
    layer, shape = call.operation, call.input_shape
    size = (layer.height, layer.width)
    if len(shape) != 3 or any(s > n for s, n in zip(size, shape, strict=False)):
        raise refusal(layer, f"images of at least {size}", f"{shape[:2]}", "crop less")
    starts = [int((n - s) / 2) for s, n in zip(size, shape, strict=False)]
    ranges = [range(a, a + s) for a, s in zip(starts, size, strict=True)]
    return sliced(reading, call.sources[0], [*ranges, range(shape[2])], call.name)


def _read_item(reading: Reading, call: Call) -> Place:
    index, keys = call.operands[0], call.operands[1:]
    shape = call.input_shape
    if Ellipsis in keys:
        place = keys.index(Ellipsis)
        count = len(shape) + 1 - (len(keys) - 1 - keys.count(None))
        keys = (*keys[:place], *[slice(None)] * count, *keys[place + 1 :])
    keys = tuple(key for key in keys if key is not None)
    keys = (*keys, *[slice(None)] * (len(shape) + 1 - len(keys)))
    if keys[0] != slice(None) or not all(isinstance(k, (int, slice)) for k in keys):
        raise refusal(
            call.operation,
            "whole numbers and slices, behind the batch",
            str(keys),
            "slice rows, columns or channels",
        )
    ranges = []
    for key, size in zip(keys[1:], shape, strict=True):
        indices = range(size)[key]
        ranges.append(
            indices if isinstance(indices, range) else range(indices, indices + 1)
        )
    if any(r.step < 0 for r in ranges):
        raise refusal(call.operation, "steps above zero", "others")
    found = sliced(reading, index, ranges, call.name)
    return reading.reshaped(found, call.shape, f"{call.name}_shape")


def _read_split(reading: Reading, call: Call) -> list[Place]:
    """Each part is a slice."""
    axis = getattr(call.operation, "axis", 0)
    shape = call.input_shape
    axis = axis % (len(shape) + 1)
    if axis == 0:
        raise refusal(call.operation, "an axis behind the batch", "axis 0")
    places, start = [], 0
    for number, part in enumerate(call.output_shapes):
        size = part[axis - 1] if len(part) == len(shape) else 1
        ranges = [range(n) for n in shape]
        ranges[axis - 1] = range(start, start + size)
        place = sliced(reading, call.sources[0], ranges, f"{call.name}_{number}")
        places.append(reading.reshaped(place, part, f"{call.name}_{number}_shape"))
        start += size
    return places


def _read_repeat(reading: Reading, call: Call) -> Place:
    """RepeatVector: rows of one vector."""
    (count, channels), (index,) = call.shape, call.sources
    index = reading.reshaped(index, (1, channels), f"{call.name}_row")
    times = np.array([1, count, 1], np.int32)
    operator = _mover("tile", lambda x: tf.tile(x, times), "TILE", multiples=times)
    return reading.plain(call.name, (index,), operator, call.shape)


READERS = {
    _layers.Flatten: _read_reshape,
    _layers.Reshape: _read_reshape,
    _layers.Permute: _read_permute,
    _layers.ZeroPadding1D: _read_padding,
    _layers.ZeroPadding2D: _read_padding,
    _layers.Cropping1D: _read_cropping,
    _layers.Cropping2D: _read_cropping,
    _layers.CenterCrop: _read_center_crop,
    _layers.RepeatVector: _read_repeat,
    "Reshape": _read_reshape,
    "ExpandDims": _read_reshape,
    "Squeeze": _read_reshape,
    "Ravel": _read_reshape,
    "Transpose": _read_transpose,
    "Pad": _read_pad,
    "GetItem": _read_item,
    "Split": _read_split,
    "Unstack": _read_split,
}

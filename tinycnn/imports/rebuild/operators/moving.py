"""Values in other places, in part, or with others around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tinycnn.imports.rebuild.building import Builder, Operation
from tinycnn.imports.rebuild.view import View, inverse
from tinycnn.models.backend import keras

__all__ = ["BUILDERS"]

_REFLECT = 0  # of the schema's modes


def _build_transpose(operation: Operation) -> list[View]:
    order = [int(i) for i in operation.raw.constant(1)]
    return [operation.view().transposed(order)]


def _build_reshape(operation: Operation) -> list[View]:
    return [_in_shape(operation, operation.view())]


def _in_shape(operation: Operation, view: View) -> View:
    """In the shape of the output; values move only where sizes do not split."""
    shape = operation.output.shape
    if (found := view.reshaped(shape)) is not None:
        return found
    is_whole = view.shape[:1] != (1,)
    x = operation.building.settled(view, operation.name, is_whole=is_whole)
    inner = shape[1:] if shape[:1] == (1,) else shape
    x = operation.building.reshaped(x, inner, operation.name)
    return View.plain(x, shape, is_positive=view.is_positive)


def _same(operation: Operation) -> list[View]:
    view = operation.view()
    if operation.output.dtype != "float32":
        raise operation.refusal("float32", operation.output.dtype)
    return [view]


def _pad(mode: str, *, has_value: bool = False) -> Builder:
    def build(operation: Operation) -> list[View]:
        view = operation.view()
        sides = [(int(a), int(b)) for a, b in operation.raw.constant(1).reshape(-1, 2)]
        moved = operation.moved()
        x = moved.operands
        value = float(operation.weights(2).item()) if has_value else 0.0
        kind = mode
        if mode == "mirror":
            is_reflected = operation.raw.int8(0) == _REFLECT
            kind = "reflect" if is_reflected else "symmetric"
        rows = moved.per_axis(sides, (0, 0))
        if kind == "constant" and value == 0 and len(x.shape) == 4 and not any(rows[3]):
            layer = operation.layer(keras.layers.ZeroPadding2D, tuple(rows[1:3]))
            y = layer(x)
        else:
            given = {"constant_values": value} if value else {}
            y = operation.named(keras.ops.pad(x, rows, mode=kind, **given))
        found = operation.in_order(moved.order, y)
        if kind != "constant":
            return [found]
        is_positive = view.is_positive and value >= 0
        found = replace(found, is_positive=is_positive, how="padded", origin=view)
        return [replace(found, padding=tuple(sides), level=value)]

    return build


def _build_slice(operation: Operation) -> list[View]:
    shape = operation.view().shape
    begin, size = (operation.raw.constant(i) for i in (1, 2))
    ranges = [
        range(int(b), n if s < 0 else int(b + s))
        for b, s, n in zip(begin, size, shape, strict=True)
    ]
    return [_selected(operation, ranges)]


def _build_strided_slice(operation: Operation) -> list[View]:
    """STRIDED_SLICE: a bit of a mask leaves out an end, or the axis."""
    raw, shape = operation.raw, operation.view().shape
    no_begin, no_end, dots, new, only = (raw.int32(field) for field in range(5))
    if dots or new:
        raise operation.refusal("slices of each axis", "an ellipsis or a new axis")
    ranges = []
    given = zip(*(raw.constant(i) for i in (1, 2, 3)), strict=True)
    for bit, (begin, end, step) in enumerate(given):
        low = None if no_begin >> bit & 1 else int(begin)
        high = None if no_end >> bit & 1 else int(end)
        if only >> bit & 1:
            first = range(shape[bit])[int(begin)]
            ranges.append(range(first, first + 1))
        else:
            ranges.append(range(shape[bit])[slice(low, high, int(step))])
    ranges += [range(n) for n in shape[len(ranges) :]]
    return [_selected(operation, ranges)]


def _build_gather(operation: Operation) -> list[View]:
    """GATHER of places that are evenly spaced."""
    shape = operation.view().shape
    axis = operation.raw.int32(0) % len(shape)
    wanted = [int(i) % shape[axis] for i in operation.raw.constant(1).ravel()]
    step = wanted[1] - wanted[0] if len(wanted) > 1 else 1
    found = range(wanted[0], wanted[0] + step * len(wanted), step or 1)
    if list(found) != wanted or step < 1:
        raise operation.refusal("places in even steps upwards", f"{wanted[:8]}")
    ranges = [range(n) for n in shape]
    ranges[axis] = found
    return [_selected(operation, ranges)]


def _selected(operation: Operation, ranges: Sequence[range], number: int = 0) -> View:
    """The part of the input within `ranges`, in the shape of an output."""
    (number_in,) = [
        i for i in range(len(operation.raw.inputs)) if _is_open(operation, i)
    ]
    view = operation.view(number_in)
    shape = operation.raw.tensors[operation.raw.outputs[number]].shape
    sizes = tuple(len(r) for r in ranges)
    if any(r.step < 0 for r in ranges):
        raise operation.refusal("steps above zero", "others")
    if sizes == view.shape:
        selected = view
    else:
        moved = operation.moved(number_in)
        keys = [slice(r.start, r.stop, r.step) for r in ranges]
        y = operation.named(moved.operands[tuple(moved.per_axis(keys, slice(None)))])
        plain = View.plain(y, [sizes[i] for i in moved.order])
        selected = plain.transposed(inverse(moved.order))
    found = selected.reshaped(shape)
    if found is None:
        raise operation.refusal(f"a part of shape {shape}", f"{sizes}")
    return found


def _is_open(operation: Operation, number: int) -> bool:
    return operation.raw.input(number).data is None


def _build_split(operation: Operation) -> list[View]:
    """SPLIT, SPLIT_V and UNPACK: a part for each output."""
    raw = operation.raw
    (number_in,) = [i for i in range(len(raw.inputs)) if _is_open(operation, i)]
    shape = raw.input(number_in).shape
    if raw.kind == "UNPACK":
        axis, sizes = raw.int32(1), [1] * len(raw.outputs)
    else:
        axis = int(raw.constant(0 if raw.kind == "SPLIT" else 2).ravel()[0])
        axis %= len(shape)
        sizes = [raw.tensors[i].shape[axis] for i in raw.outputs]
    starts = np.cumsum([0, *sizes])
    found = []
    for i, size in enumerate(sizes):
        ranges = [range(n) for n in shape]
        ranges[axis % len(shape)] = range(int(starts[i]), int(starts[i]) + size)
        found.append(_selected(operation, ranges, i))
    return found


BUILDERS = {
    "TRANSPOSE": _build_transpose,
    "RESHAPE": _build_reshape,
    "SQUEEZE": _build_reshape,
    "EXPAND_DIMS": _build_reshape,
    "CAST": _same,
    "DEQUANTIZE": _same,
    "PAD": _pad("constant"),
    "PADV2": _pad("constant", has_value=True),
    "MIRROR_PAD": _pad("mirror"),
    "SLICE": _build_slice,
    "STRIDED_SLICE": _build_strided_slice,
    "GATHER": _build_gather,
    "SPLIT": _build_split,
    "SPLIT_V": _build_split,
    "UNPACK": _build_split,
}

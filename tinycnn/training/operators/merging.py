"""Sums, products and the like of several tensors, and of tensors and constants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tinycnn.models.backend import keras, tf
from tinycnn.training.reading import Call, Place, Reading, refusal, requantizing
from tinycnn.training.rounding import requantized, single
from tinycnn.training.steps import Constant, Operator

__all__ = ["READERS", "joined", "merged", "multiplying", "on_one_grid"]

_layers = keras.layers
_ADD_SHIFT = 20  # TFLite's ADD scales its inputs up by this many bits


def _summed(sign: float) -> Callable[..., Any]:
    """ADD, SUB: both terms go to twice the larger of their scales, 20 bits up."""

    def counted(a: Any, b: Any, a_scale: Any, b_scale: Any, scale: Any) -> Any:
        unit = 2.0 * tf.maximum(a_scale, b_scale) / 2**_ADD_SHIFT
        total = tf.round(a * (a_scale / unit)) + sign * tf.round(b * (b_scale / unit))
        return requantized(total, unit / scale)

    return counted


def _multiplied(a: Any, b: Any, a_scale: Any, b_scale: Any, scale: Any) -> Any:
    """MUL."""
    return requantized(a * b, single(single(a_scale * b_scale) / scale))


_ADD = Operator(
    "add", tf.add, "ADD", counted=_summed(1.0), can_fuse=True, channels="kept"
)
_KINDS = {
    "add": _ADD,
    "subtract": Operator(
        "subtract", tf.subtract, "SUB", counted=_summed(-1.0), can_fuse=True
    ),
    "multiply": Operator(
        "multiply", tf.multiply, "MUL", counted=_multiplied, can_fuse=True
    ),
    "maximum": Operator("maximum", tf.maximum, "MAXIMUM", keeps_grid=True, moves=True),
    "minimum": Operator("minimum", tf.minimum, "MINIMUM", keeps_grid=True, moves=True),
}


def multiplying() -> Operator:
    """MUL of two tensors."""
    return _KINDS["multiply"]


def merged(
    reading: Reading,
    name: str,
    kind: str,
    operands: Sequence[Any],
    shape: Sequence[int],
) -> Place:
    """One step of `kind` for two operands, of which one may be an array."""
    places = [o for o in operands if isinstance(o, Place)]
    constants = tuple(
        Constant(i, _with_batch(o, len(shape)), o if _is_variable(o) else None)
        for i, o in enumerate(operands)
        if not isinstance(o, Place)
    )
    operator = _KINDS[kind]
    if operator.keeps_grid:
        places = on_one_grid(reading, places, name)
    return reading.plain(name, places, operator, shape, constants)


def on_one_grid(reading: Reading, places: Sequence[int], name: str) -> list[Place]:
    """`places`, brought to another grid where theirs is fixed and others' is not."""
    fixed = [reading.fixed_range(place) for place in places]
    if len(set(fixed)) <= 1:
        return [Place(place) for place in places]
    found = []
    for place, limits in zip(places, fixed, strict=True):
        if limits is not None:
            own = f"{name}_in"
            place = reading.plain(own, (place,), requantizing(), reading.shapes[place])
        found.append(Place(place))
    return found


def _with_batch(value: Any, rank: int) -> Any:
    """A constant with as many axes as a tensor of `rank` with its batch."""
    array = np.asarray(value, np.float32)
    return array.reshape((1,) * (rank + 1 - array.ndim) + array.shape)


def _is_variable(value: Any) -> bool:
    return isinstance(value, keras.Variable)


def _read_merge(kind: str) -> Callable[[Reading, Call], Place]:
    """The reader of a layer for several tensors, two at a time."""

    def read(reading: Reading, call: Call) -> Place:
        rank = len(call.shape)
        index, *others = (_raised(reading, s, rank, call.name) for s in call.sources)
        if not others:
            return index
        for number, other in enumerate(others, 1):
            last = number == len(others)
            shape = _broadcast(reading, index, other)
            name = call.name if last else f"{call.name}_{number}"
            index = merged(reading, name, kind, (index, other), shape)
        return index

    return read


def _read_average(reading: Reading, call: Call) -> Place:
    index = _read_merge("add")(reading, call)
    return reading.scale(index, 1.0 / len(call.sources), 0.0, f"{call.name}_share")


def _raised(reading: Reading, index: int, rank: int, name: str) -> Place:
    """With as many axes as the others: Keras puts new ones behind the batch."""
    shape = reading.shapes[index]
    shape = (1,) * (rank - len(shape)) + shape
    return reading.reshaped(index, shape, f"{name}_in")


def _broadcast(reading: Reading, a: int, b: int) -> tuple[int, ...]:
    return tuple(np.broadcast_shapes(reading.shapes[a], reading.shapes[b]))


def _read_binary(kind: str) -> Callable[[Reading, Call], Place]:
    """The reader of an operation on two operands, one of which may be known."""

    def read(reading: Reading, call: Call) -> Place:
        a, b = call.operands[:2]
        if isinstance(a, Place) and isinstance(b, Place):
            if len(reading.shapes[a]) != len(reading.shapes[b]):
                got = f"{reading.shapes[a]} and {reading.shapes[b]}"
                hint = "reshape the smaller one"
                raise refusal(call.operation, "operands of as many axes", got, hint)
            if kind == "divide":
                got = "a quotient of tensors"
                raise refusal(call.operation, "a divisor that is known", got, _HINT)
            return merged(reading, call.name, kind, (a, b), call.shape)
        is_reversed = not isinstance(a, Place)
        index, value = (b, a) if is_reversed else (a, b)
        return _with_constant(reading, call, kind, index, value, is_reversed)

    return read


def _with_constant(
    reading: Reading, call: Call, kind: str, index: Place, value: Any, is_reversed: bool
) -> Place:
    array = np.asarray(value, np.float32)
    if kind == "divide" and is_reversed:
        got = "a quotient by a tensor"
        raise refusal(call.operation, "a divisor that is known", got, _HINT)
    if kind == "divide":
        array, kind, value = 1.0 / array, "multiply", 1.0 / array
    channels = reading.shapes[index][-1]
    is_by_channel = array.size == 1 or array.shape[-1:] == (array.size,) == (channels,)
    if reading.shapes[index] == call.shape and is_by_channel and kind in _AFFINE:
        factor, offset = _AFFINE[kind](array.astype(np.float64).ravel(), is_reversed)
        return reading.scale(
            index,
            np.broadcast_to(factor, channels),
            np.broadcast_to(offset, channels),
            call.name,
        )
    if array.size == 1 and array.ravel()[0] == 0 and kind == "maximum":
        return reading.activate(index, call.name, "relu")
    operands = (value, index) if is_reversed else (index, value)
    return merged(reading, call.name, kind, operands, call.shape)


# Factor and offset, from the constant and whether it comes first.
_AFFINE: dict[str, Callable[[Any, bool], tuple[Any, Any]]] = {
    "add": lambda c, is_first: (1.0, c),
    "subtract": lambda c, is_first: (-1.0, c) if is_first else (1.0, -c),
    "multiply": lambda c, is_first: (c, 0.0),
}


def _read_negative(reading: Reading, call: Call) -> Place:
    return reading.scale(call.sources[0], -1.0, 0.0, call.name)


def _read_square(reading: Reading, call: Call) -> Place:
    index = call.sources[0]
    return merged(reading, call.name, "multiply", (index, index), call.shape)


def _read_power(reading: Reading, call: Call) -> Place:
    base, exponent = call.operands[:2]
    if not isinstance(base, Place) or isinstance(exponent, Place) or exponent != 2:
        raise refusal(call.operation, "the power of 2", "another", "multiply instead")
    return _read_square(reading, call)


def _read_concatenate(reading: Reading, call: Call) -> Place:
    axis = call.operation.axis
    axis = axis if axis >= 0 else axis + len(call.shape) + 1
    if axis == 0 or len(call.sources) != len(call.operands):
        raise refusal(
            call.operation, "tensors, joined on an axis of theirs", f"axis {axis}"
        )
    return joined(reading, call.name, call.sources, axis, call.shape)


def joined(
    reading: Reading,
    name: str,
    places: Sequence[int],
    axis: int,
    shape: Sequence[int],
) -> Place:
    """CONCATENATION on an axis, of which the batch's is 0."""
    operator = Operator(
        "concatenate",
        lambda *xs: tf.concat(xs, axis),
        "CONCATENATION",
        options={"axis": axis},
        keeps_grid=True,
        moves=True,
        channels="joined" if axis == len(shape) else "mixed",
    )
    return reading.plain(name, on_one_grid(reading, places, name), operator, shape)


def _read_stack(reading: Reading, call: Call) -> Place:
    axis = call.operation.axis
    axis = axis if axis >= 0 else axis + len(call.shape) + 1
    if axis == 0 or len(call.sources) != len(call.operands):
        raise refusal(
            call.operation, "tensors, joined behind the batch", f"axis {axis}"
        )
    shape = (*call.shape[: axis - 1], 1, *call.shape[axis:])
    places = [reading.reshaped(s, shape, f"{call.name}_in") for s in call.sources]
    return joined(reading, call.name, places, axis, call.shape)


_HINT = "multiply by what is known; there is no division in int8"
READERS = {
    _layers.Add: _read_merge("add"),
    _layers.Subtract: _read_merge("subtract"),
    _layers.Multiply: _read_merge("multiply"),
    _layers.Maximum: _read_merge("maximum"),
    _layers.Minimum: _read_merge("minimum"),
    _layers.Average: _read_average,
    _layers.Concatenate: _read_concatenate,
    "Add": _read_binary("add"),
    "Subtract": _read_binary("subtract"),
    "Multiply": _read_binary("multiply"),
    "TrueDivide": _read_binary("divide"),
    "Divide": _read_binary("divide"),
    "Maximum": _read_binary("maximum"),
    "Minimum": _read_binary("minimum"),
    "Negative": _read_negative,
    "Square": _read_square,
    "Power": _read_power,
    "Concatenate": _read_concatenate,
    "Stack": _read_stack,
}

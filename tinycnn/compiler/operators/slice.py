"""SLICE and STRIDED_SLICE: a box out of a tensor."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.ir.graph import Attrs
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.copy import (
    Box,
    Copy,
    Loop,
    check_box,
    copying,
    element_strides,
)
from tinycnn.compiler.operators.shared.copy_blocks import copying_blocks
from tinycnn.compiler.operators.shared.folding import (
    Folding,
    Values,
    constant_values,
)
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_by_output
from tinycnn.errors import InvalidModelError, UnsupportedModelError

__all__ = ["OPERATORS", "Range", "SliceAttrs"]


@dataclass(frozen=True, slots=True)
class Range:
    """The indices taken of one dimension; `drop`: it has one index and goes away."""

    start: int
    size: int
    step: int = 1
    drop: bool = False


@dataclass(frozen=True, slots=True)
class SliceAttrs(Attrs):
    """Options: what is taken of each dimension."""

    ranges: tuple[Range, ...]


def _read_slice(raw: RawOp) -> SliceAttrs:
    """The attributes of a SLICE.

    Raises:
        InvalidModelError: If it is not inside its input.
    """
    shape = raw.input(0).shape
    starts, sizes = (raw.constant(i).reshape(-1).tolist() for i in (1, 2))
    if len(starts) != len(shape) or len(sizes) != len(shape):
        raise InvalidModelError(
            f"{raw.label}: expected a start and a size for each of {len(shape)} "
            f"dimensions, got {starts} and {sizes}"
        )
    ranges = tuple(
        Range(start, full - start if size == -1 else size)
        for start, size, full in zip(starts, sizes, shape, strict=True)
    )
    for taken, full in zip(ranges, shape, strict=True):
        if taken.start < 0 or taken.size < 1 or taken.start + taken.size > full:
            raise InvalidModelError(
                f"{raw.label}: expected a slice inside {shape}, got starts {starts} "
                f"and sizes {sizes}"
            )
    return SliceAttrs(ranges)


def _read_strided_slice(raw: RawOp) -> SliceAttrs:
    """The attributes of a STRIDED_SLICE, masks and negative indices resolved.

    Raises:
        UnsupportedModelError: If it has an ellipsis, a new axis or offsets.
        InvalidModelError: If it is not a slice of its input.
    """
    if raw.int32(2) or raw.int32(3) or raw.int8(5):
        raise UnsupportedModelError(
            f"{raw.label}: ellipsis mask, new axis mask and offsets are not supported"
        )
    shape = raw.input(0).shape
    begin, end, steps = (raw.constant(i).reshape(-1).tolist() for i in (1, 2, 3))
    if not len(begin) == len(end) == len(steps) <= len(shape) or 0 in steps:
        raise InvalidModelError(
            f"{raw.label}: expected begin, end and strides of at most {len(shape)} "
            f"dimensions, got {begin}, {end}, {steps}"
        )
    given = tuple(
        _read_range(raw, i, shape[i], begin[i], end[i], steps[i])
        for i in range(len(begin))
    )
    return SliceAttrs(given + tuple(Range(0, full) for full in shape[len(begin) :]))


def _read_range(
    raw: RawOp, axis: int, full: int, begin: int, end: int, step: int
) -> Range:
    """One dimension; follows TFLite's StartForAxis and EndForAxis."""
    begin_mask, end_mask, shrink = (raw.int32(i) >> axis & 1 for i in (0, 1, 4))
    lowest, highest = (0, full) if step > 0 else (-1, full - 1)
    start = min(max(begin + full if begin < 0 else begin, lowest), highest)
    stop = min(max(end + full if end < 0 else end, lowest), highest)
    if begin_mask:
        start = 0 if step > 0 else full - 1
    if end_mask:
        stop = full if step > 0 else -1
    size = 1 if shrink else len(range(start, stop, step))
    if not 0 <= start < full or size < 1 or (shrink and step < 0):
        raise InvalidModelError(
            f"{raw.label}: expected indices of axis {axis} of size {full}, got "
            f"{begin} to {end} by {step}"
        )
    return Range(start, size, step, drop=bool(shrink))


def _check(node: Node) -> None:
    node.check_inputs(len(node.op.inputs))
    x, y = node.int8_input(), node.int8_output()
    node.check_same_quant(x, y)
    ranges = node.attrs(SliceAttrs).ranges
    node.check_output_shape(tuple(r.size for r in ranges if not r.drop))
    check_box(node, _box(node))


def _box(node: Node) -> Box:
    ranges = node.attrs(SliceAttrs).ranges
    sizes = tuple(r.size for r in ranges)
    strides = element_strides(node.input().shape)
    return Box(
        tuple(
            Loop(r.size, r.step * stride, output_stride)
            for r, stride, output_stride in zip(
                ranges, strides, element_strides(sizes), strict=True
            )
        ),
        input_offset=sum(
            r.start * stride for r, stride in zip(ranges, strides, strict=True)
        ),
    )


def _find_copies(node: Node) -> tuple[Copy, ...]:
    return (Copy(_box(node)),)


_KERNELS = (copying_blocks(_find_copies),)


def _fold_slice(op: RawOp) -> list[Values]:
    return [_take(constant_values(op), _read_slice(op))]


def _fold_strided_slice(op: RawOp) -> list[Values]:
    return [_take(constant_values(op), _read_strided_slice(op))]


def _take(values: Values, attrs: SliceAttrs) -> Values:
    for axis, taken in enumerate(attrs.ranges):
        indices = [taken.start + i * taken.step for i in range(taken.size)]
        values = values.take(indices, axis)
    dropped = tuple(i for i, taken in enumerate(attrs.ranges) if taken.drop)
    return values.squeeze(dropped)


OPERATORS = (
    Operator(
        "SLICE",
        65,
        _read_slice,
        _check,
        copying(_find_copies),
        kernels=_KERNELS,
        fold=Folding(_fold_slice, moves=True),
        count_possible=possible_by_output(0.7),
    ),
    Operator(
        "STRIDED_SLICE",
        45,
        _read_strided_slice,
        _check,
        copying(_find_copies),
        kernels=_KERNELS,
        fold=Folding(_fold_strided_slice, moves=True),
        options=32,
        count_possible=possible_by_output(0.7),
    ),
)

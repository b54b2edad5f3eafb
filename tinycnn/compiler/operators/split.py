"""SPLIT, SPLIT_V and UNPACK: one tensor cut along an axis into several."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.ir.graph import Attrs
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.copy import (
    Box,
    Copy,
    Loop,
    copying,
    read_axis,
)
from tinycnn.compiler.operators.shared.copy_blocks import copying_blocks
from tinycnn.compiler.operators.shared.folding import (
    Folding,
    Values,
    constant_values,
)
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_by_output
from tinycnn.errors import InvalidModelError

__all__ = ["OPERATORS", "SplitAttrs"]


@dataclass(frozen=True, slots=True)
class SplitAttrs(Attrs):
    """Options of all three kinds.

    Attributes:
        source: Number of the input that is cut.
        axis: The dimension along which it is cut.
        sizes: Of the parts, one an output.
        keep: Whether the parts keep that dimension.
    """

    source: int
    axis: int
    sizes: tuple[int, ...]
    keep: bool


def _read_split(raw: RawOp) -> SplitAttrs:
    shape, axis = raw.input(1).shape, _constant_axis(raw, 0, 1)
    count = len(raw.outputs)
    if raw.int32(0) != count or shape[axis] % count:
        raise InvalidModelError(
            f"{raw.label}: expected {shape[axis]} to be cut into {raw.int32(0)} equal "
            f"parts, got {count} outputs"
        )
    return SplitAttrs(1, axis, (shape[axis] // count,) * count, keep=True)


def _read_split_v(raw: RawOp) -> SplitAttrs:
    shape, axis = raw.input(0).shape, _constant_axis(raw, 2, 0)
    sizes = [int(size) for size in raw.constant(1).reshape(-1)]
    if sizes.count(-1) == 1:
        sizes[sizes.index(-1)] = shape[axis] - sum(sizes) - 1
    if len(sizes) != len(raw.outputs) or min(sizes) < 1 or sum(sizes) != shape[axis]:
        raise InvalidModelError(
            f"{raw.label}: expected {len(raw.outputs)} sizes of sum {shape[axis]}, "
            f"got {sizes}"
        )
    return SplitAttrs(0, axis, tuple(sizes), keep=True)


def _read_unpack(raw: RawOp) -> SplitAttrs:
    shape = raw.input(0).shape
    axis = read_axis(raw, raw.int32(1), len(shape))
    if not raw.int32(0) == len(raw.outputs) == shape[axis]:
        raise InvalidModelError(
            f"{raw.label}: expected {shape[axis]} outputs, got {len(raw.outputs)}"
        )
    return SplitAttrs(0, axis, (1,) * shape[axis], keep=False)


def _constant_axis(raw: RawOp, number: int, source: int) -> int:
    values = raw.constant(number).reshape(-1)
    if len(values) != 1:
        raise InvalidModelError(f"{raw.label}: expected one axis, got {len(values)}")
    return read_axis(raw, int(values[0]), len(raw.input(source).shape))


def _check(node: Node) -> None:
    attrs = node.attrs(SplitAttrs)
    node.check_inputs(len(node.op.inputs))
    x = node.int8_input(attrs.source)
    for number, size in enumerate(attrs.sizes):
        y = node.int8_output(number)
        kept = (size,) if attrs.keep else ()
        expected = (*x.shape[: attrs.axis], *kept, *x.shape[attrs.axis + 1 :])
        node.check_output_shape(expected, number)
        node.check_same_quant(x, y)


def _find_copies(node: Node) -> tuple[Copy, ...]:
    """One an output: a run of elements for each index before the axis."""
    attrs = node.attrs(SplitAttrs)
    x, offset = node.input(attrs.source), 0
    outer = math.prod(x.shape[: attrs.axis])
    inner = math.prod(x.shape[attrs.axis + 1 :])
    copies = []
    for number, size in enumerate(attrs.sizes):
        run = size * inner
        loops = (Loop(outer, x.size // outer, run), Loop(run, 1, 1))
        copies.append(Copy(Box(loops, input_offset=offset), attrs.source, number))
        offset += run
    return tuple(copies)


_KERNELS = (copying_blocks(_find_copies),)


def _fold_unpack(op: RawOp) -> list[Values]:
    return list(np.moveaxis(constant_values(op), op.int32(1), 0))


OPERATORS = (
    Operator(
        "SPLIT",
        49,
        _read_split,
        _check,
        copying(_find_copies),
        kernels=_KERNELS,
        options=35,
        count_possible=possible_by_output(0.7),
    ),
    Operator(
        "SPLIT_V",
        102,
        _read_split_v,
        _check,
        copying(_find_copies),
        kernels=_KERNELS,
        count_possible=possible_by_output(0.7),
    ),
    Operator(
        "UNPACK",
        88,
        _read_unpack,
        _check,
        copying(_find_copies),
        kernels=_KERNELS,
        fold=Folding(_fold_unpack, moves=True),
        options=64,
        count_possible=possible_by_output(0.7),
    ),
)

"""TRANSPOSE, SPACE_TO_DEPTH, DEPTH_TO_SPACE and TILE: each one copy of a box."""

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
    check_box,
    copying,
    element_strides,
)
from tinycnn.compiler.operators.shared.copy_blocks import copying_blocks
from tinycnn.compiler.operators.shared.folding import (
    MAX_ELEMENTS,
    Folding,
    Values,
    constant_values,
    whole_numbers,
)
from tinycnn.compiler.operators.shared.numerics import not_in_tflm
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_by_output
from tinycnn.errors import InvalidModelError

__all__ = ["OPERATORS", "RearrangeAttrs"]


@dataclass(frozen=True, slots=True)
class RearrangeAttrs(Attrs):
    """What all kinds come to: the output, read from the input dimension by dimension.

    Attributes:
        shape: Of the output.
        sizes: The dimensions of the box, in the order of the output.
        strides: Elements of the input from one index to the next in each of them.
    """

    shape: tuple[int, ...]
    sizes: tuple[int, ...]
    strides: tuple[int, ...]


def _read_transpose(raw: RawOp) -> RearrangeAttrs:
    shape = raw.input(0).shape
    given = raw.constant(1).reshape(-1).tolist()
    order = [p + len(shape) if p < 0 else p for p in given]
    if sorted(order) != list(range(len(shape))):
        raise InvalidModelError(
            f"{raw.label}: expected a permutation of {len(shape)} dimensions, got "
            f"{given}"
        )
    strides = element_strides(shape)
    sizes = tuple(shape[p] for p in order)
    return RearrangeAttrs(sizes, sizes, tuple(strides[p] for p in order))


def _read_space_to_depth(raw: RawOp) -> RearrangeAttrs:
    block, (n, h, w, c) = _read_block(raw)
    if h % block or w % block:
        raise InvalidModelError(
            f"{raw.label}: expected sizes that {block} divides, got {h}x{w}"
        )
    rows, columns = h // block, w // block
    return RearrangeAttrs(
        (n, rows, columns, block * block * c),
        (n, rows, columns, block, block * c),
        (h * w * c, block * w * c, block * c, w * c, 1),
    )


def _read_depth_to_space(raw: RawOp) -> RearrangeAttrs:
    block, (n, h, w, c) = _read_block(raw)
    if c % (block * block):
        raise InvalidModelError(
            f"{raw.label}: expected channels that {block * block} divides, got {c}"
        )
    run = c // block
    return RearrangeAttrs(
        (n, h * block, w * block, run // block),
        (n, h, block, w, run),
        (h * w * c, w * c, run, c, 1),
    )


def _read_block(raw: RawOp) -> tuple[int, tuple[int, int, int, int]]:
    block, shape = raw.int32(0), raw.input(0).shape
    if block < 1 or len(shape) != 4:
        raise InvalidModelError(
            f"{raw.label}: expected a 4-D input and a block of at least 1, got "
            f"{shape} and {block}"
        )
    n, h, w, c = shape
    return block, (n, h, w, c)


def _read_tile(raw: RawOp) -> RearrangeAttrs:
    shape, times = raw.input(0).shape, raw.constant(1).reshape(-1).tolist()
    if len(times) != len(shape) or min(times, default=1) < 1:
        raise InvalidModelError(
            f"{raw.label}: expected how often each of {len(shape)} dimensions is "
            f"repeated, got {times}"
        )
    pairs = list(zip(times, shape, strict=True))
    return RearrangeAttrs(
        tuple(count * size for count, size in pairs),
        tuple(size for pair in pairs for size in pair),
        tuple(step for stride in element_strides(shape) for step in (0, stride)),
    )


def _check(node: Node) -> None:
    node.check_inputs(len(node.op.inputs))
    x, y = node.int8_input(), node.int8_output()
    node.check_same_quant(x, y)
    node.check_output_shape(node.attrs(RearrangeAttrs).shape)
    check_box(node, _box(node))


def _box(node: Node) -> Box:
    attrs = node.attrs(RearrangeAttrs)
    steps = element_strides(attrs.sizes)
    return Box(
        tuple(
            Loop(*loop) for loop in zip(attrs.sizes, attrs.strides, steps, strict=True)
        )
    )


def _find_copies(node: Node) -> tuple[Copy, ...]:
    return (Copy(_box(node)),)


_KERNELS = (copying_blocks(_find_copies),)


def _fold_tile(op: RawOp) -> list[Values] | None:
    values, times = constant_values(op), whole_numbers(op, 1)
    if len(times) != values.ndim or min(times, default=1) < 1:
        raise ValueError(f"multiples {times}")
    if values.size * math.prod(times) > MAX_ELEMENTS:
        return None
    return [np.tile(values, times)]


OPERATORS = (
    Operator(
        "TRANSPOSE",
        39,
        _read_transpose,
        _check,
        copying(_find_copies),
        kernels=_KERNELS,
        count_possible=possible_by_output(4),
    ),
    Operator(
        "SPACE_TO_DEPTH",
        26,
        _read_space_to_depth,
        _check,
        copying(_find_copies),
        kernels=_KERNELS,
        options=19,
        count_possible=possible_by_output(4),
    ),
    Operator(
        "DEPTH_TO_SPACE",
        5,
        _read_depth_to_space,
        _check,
        copying(_find_copies),
        kernels=_KERNELS,
        options=94,
        count_possible=possible_by_output(4),
    ),
    Operator(
        "TILE",
        69,
        _read_tile,
        _check,
        copying(_find_copies),
        kernels=_KERNELS,
        fold=Folding(_fold_tile, moves=True),
        check_numerics=not_in_tflm,
        count_possible=possible_by_output(4),
    ),
)

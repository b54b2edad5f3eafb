"""MIRROR_PAD: a border that repeats what is inside it, backwards."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from tinycnn.compiler.ir.graph import Attrs
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.pad import Padding, read_padding
from tinycnn.compiler.operators.shared.copy import (
    Box,
    Copy,
    Loop,
    check_box,
    copying,
    element_strides,
)
from tinycnn.compiler.operators.shared.copy_blocks import copying_blocks
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_by_output
from tinycnn.errors import InvalidModelError

__all__ = ["OPERATORS", "MirrorPadAttrs"]


@dataclass(frozen=True, slots=True)
class MirrorPadAttrs(Attrs):
    """Options: (before, after) for each dimension; elements left out at the mirror.

    `skip` is 1 for REFLECT, where the border does not repeat the outermost element, and
    0 for SYMMETRIC.
    """

    padding: Padding
    skip: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Part of one dimension: where it lies in the output, and what it is made of."""

    place: int
    size: int
    source: int
    step: int


def _read(raw: RawOp) -> MirrorPadAttrs:
    mode, padding = raw.int8(0), read_padding(raw)
    if mode not in (0, 1):
        raise InvalidModelError(f"{raw.label}: expected mode 0 or 1, got {mode}")
    skip = 1 - mode
    shape = raw.input(0).shape
    if any(max(p) > size - skip for p, size in zip(padding, shape, strict=True)):
        raise InvalidModelError(
            f"{raw.label}: expected paddings inside {shape}, got {padding}"
        )
    return MirrorPadAttrs(padding, skip)


def _check(node: Node) -> None:
    node.check_inputs(2)
    x, y = node.int8_input(), node.int8_output()
    node.check_same_quant(x, y)
    pairs = zip(x.shape, node.attrs(MirrorPadAttrs).padding, strict=True)
    node.check_output_shape(tuple(d + before + after for d, (before, after) in pairs))
    for box in _boxes(node):
        check_box(node, box)


def _boxes(node: Node) -> list[Box]:
    """The inside, and every edge and corner."""
    x, y, attrs = node.input(), node.output(), node.attrs(MirrorPadAttrs)
    stretches = (
        [stretch for stretch in _split(size, pads, attrs.skip) if stretch.size]
        for size, pads in zip(x.shape, attrs.padding, strict=True)
    )
    steps = list(zip(element_strides(x.shape), element_strides(y.shape), strict=True))
    return [
        _box(list(zip(parts, steps, strict=True)))
        for parts in itertools.product(*stretches)
    ]


def _split(size: int, pads: tuple[int, int], skip: int) -> list[_Stretch]:
    before, after = pads
    return [
        _Stretch(0, before, before - 1 + skip, -1),
        _Stretch(before, size, 0, 1),
        _Stretch(before + size, after, size - 1 - skip, -1),
    ]


def _box(parts: list[tuple[_Stretch, tuple[int, int]]]) -> Box:
    return Box(
        tuple(Loop(part.size, part.step * x, y) for part, (x, y) in parts),
        input_offset=sum(part.source * x for part, (x, _) in parts),
        output_offset=sum(part.place * y for part, (_, y) in parts),
    )


def _find_copies(node: Node) -> tuple[Copy, ...]:
    return tuple(map(Copy, _boxes(node)))


OPERATORS = (
    Operator(
        "MIRROR_PAD",
        100,
        _read,
        _check,
        copying(_find_copies),
        kernels=(copying_blocks(_find_copies),),
        options=77,
        count_possible=possible_by_output(4),
    ),
)

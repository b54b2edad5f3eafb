"""Copies of boxes of elements: what CONCATENATION, SPLIT, TRANSPOSE and others become.

A box is a range of indices with a stride per dimension on both sides. Dimensions that
need no loop of their own are merged, so that most copies are one run or two.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Array6, Params
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.errors import InvalidModelError

__all__ = ["Box", "Copy", "FindCopies", "Loop", "call_copy", "check_box", "copying"]
__all__ += ["element_strides", "read_axis"]

_RANK = 6  # TCNN_COPY_RANK of copy.h


@dataclass(frozen=True, slots=True)
class CopyParams(Params):
    """What the kernel takes: copy.h."""

    ctype = "tcnn_copy_params_t"
    size: Array6
    input_stride: Array6
    output_stride: Array6
    input_offset: int
    output_offset: int


@dataclass(frozen=True, slots=True)
class Loop:
    """One dimension of a box: its size and the elements from one index to the next."""

    size: int
    input_stride: int
    output_stride: int


@dataclass(frozen=True, slots=True)
class Box:
    """Elements to copy, outermost dimension first, and where the first one lies."""

    loops: tuple[Loop, ...]
    input_offset: int = 0
    output_offset: int = 0

    def merged(self) -> Box:
        """The same copy in as few dimensions as can be.

        >>> Box((Loop(4, 6, 6), Loop(1, 9, 9), Loop(6, 1, 1))).merged().loops
        (Loop(size=24, input_stride=1, output_stride=1),)
        """
        loops: list[Loop] = []
        for loop in (each for each in self.loops if each.size > 1):
            if loops and _continues(loops[-1], loop):
                size = loops.pop().size * loop.size
                loop = Loop(size, loop.input_stride, loop.output_stride)
            loops.append(loop)
        return Box(tuple(loops), self.input_offset, self.output_offset)


def element_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Elements from one index to the next in each dimension of a tensor.

    >>> element_strides((2, 3, 4))
    (12, 4, 1)
    """
    return tuple(math.prod(shape[i + 1 :]) for i in range(len(shape)))


def check_box(node: Node, box: Box) -> None:
    """Check that the kernel has a loop for each dimension of `box`.

    Raises:
        UnsupportedModelError: If it has not.
    """
    count = len(box.merged().loops)
    if count > _RANK:
        node.refuse(f"expected a copy of at most {_RANK} dimensions, got {count}")


@dataclass(frozen=True, slots=True)
class Copy:
    """One call of a kernel: a box from one of the node's inputs to an output."""

    box: Box
    source: int = 0
    target: int = 0


FindCopies = Callable[[Node], tuple[Copy, ...]]


def copying(find: FindCopies) -> Callable[[Lowering, Node], None]:
    """What lowers a node to the copies that `find` says it is."""

    def lower(lowering: Lowering, node: Node) -> None:
        for copy in find(node):
            call_copy(lowering, node, "tcnn_copy_s8", copy, copy.box.merged())

    return lower


def call_copy(
    lowering: Lowering, node: Node, function: str, copy: Copy, box: Box
) -> None:
    """Add the call that makes `copy` by the loops of `box`, at most six."""
    loops = (Loop(1, 0, 0),) * (_RANK - len(box.loops)) + box.loops
    params = CopyParams(
        size=tuple(loop.size for loop in loops),
        input_stride=tuple(loop.input_stride for loop in loops),
        output_stride=tuple(loop.output_stride for loop in loops),
        input_offset=box.input_offset,
        output_offset=box.output_offset,
    )
    source, output = node.input(copy.source), node.output(copy.target)
    if source.data is None:
        lowering.call(node, function, params, inputs=(source,), output=output)
    else:
        values = lowering.array(node, f"input_{copy.source}", "int8_t", source.data)
        lowering.call(node, function, params, values, inputs=(), output=output)


def read_axis(raw: RawOp, axis: int, rank: int) -> int:
    """`axis`, counted from the first of `rank` dimensions.

    Raises:
        InvalidModelError: If there is no such dimension.
    """
    if not -rank <= axis < rank:
        raise InvalidModelError(
            f"{raw.label}: expected an axis of {rank} dimensions, got {axis}"
        )
    return axis % rank


def _continues(outer: Loop, inner: Loop) -> bool:
    """Whether the end of `inner` is the next index of `outer` on both sides."""
    return (
        outer.input_stride == inner.size * inner.input_stride
        and outer.output_stride == inner.size * inner.output_stride
    )

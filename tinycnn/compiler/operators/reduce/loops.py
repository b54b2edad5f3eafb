"""What reductions share: axes, and the loops over kept and reduced dimensions."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.ir.graph import Attrs
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Array3, Params
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.copy import element_strides
from tinycnn.errors import InvalidModelError

__all__ = ["ReduceAttrs", "ReduceParams", "check_reduction", "find_loops"]
__all__ += ["read_reduction"]

_LOOPS = 3  # of each sort, in the kernels: enough for 6 dimensions


@dataclass(frozen=True, slots=True)
class ReduceAttrs(Attrs):
    """Options; axes are sorted and not negative."""

    axes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReduceParams(Params):
    """Loops over what is kept and what is reduced: reduce.h."""

    ctype = "tcnn_reduce_params_t"
    kept_size: Array3
    kept_stride: Array3
    reduced_size: Array3
    reduced_stride: Array3


def read_reduction(raw: RawOp) -> ReduceAttrs:
    """The options of any reduction.

    Raises:
        InvalidModelError: If there are no axes, or one is not of the input.
    """
    rank = len(raw.input(0).shape)
    axes = [int(a) for a in raw.constant(1).reshape(-1)]
    if not axes or any(not -rank <= a < rank for a in axes):
        raise InvalidModelError(
            f"{raw.label}: expected axes of a {rank}-D input, got {axes}"
        )
    return ReduceAttrs(tuple(sorted({a % rank for a in axes})))


def check_reduction(node: Node) -> None:
    """Check types and shapes; the output may keep the reduced axes, of size 1.

    Raises:
        ModelError: If they are wrong.
    """
    node.check_inputs(2)
    x, y, axes = node.int8_input(), node.int8_output(), node.attrs(ReduceAttrs).axes
    kept = tuple(1 if i in axes else d for i, d in enumerate(x.shape))
    dropped = tuple(d for i, d in enumerate(x.shape) if i not in axes)
    if y.shape != kept:
        node.check_output_shape(kept if len(y.shape) == len(kept) else dropped)


def find_loops(node: Node) -> ReduceParams:
    """The loops over kept and reduced dimensions.

    Neighbours of one sort are one loop, so 6 dimensions need at most 3 of each.
    """
    shape, axes = node.input().shape, node.attrs(ReduceAttrs).axes
    loops: list[tuple[bool, int, int]] = []
    for i, stride in enumerate(element_strides(shape)):
        if shape[i] == 1:
            continue
        size = shape[i]
        if loops and loops[-1][0] == (i in axes):
            size *= loops.pop()[1]
        loops.append((i in axes, size, stride))
    arrays: list[tuple[int, ...]] = []
    for sort in (False, True):
        chosen = [loop[1:] for loop in loops if loop[0] == sort]
        chosen = [(1, 0)] * (_LOOPS - len(chosen)) + chosen
        arrays += zip(*chosen, strict=True)
    return ReduceParams(*arrays)

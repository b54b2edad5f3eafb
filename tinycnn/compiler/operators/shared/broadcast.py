"""Operators on two tensors whose shapes are made alike by repetition.

Follows numpy's rule, as TFLite does: shapes are aligned at the last dimension, and a
dimension of 1 is repeated.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby, zip_longest

from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Array4, Params
from tinycnn.compiler.operators.shared.cycles import count_clamp_cycles

__all__ = ["Broadcast", "binary_rows", "check_broadcast", "find_broadcast"]
__all__ += ["lower_binary", "widen_rows"]

_MAX_DIMENSIONS = 4  # of tcnn_broadcast_t
_WIDE = 64  # elements of a row to which shorter ones are joined

Run = tuple[int, bool, bool]  # size; whether it repeats input 1, input 2


@dataclass(frozen=True, slots=True)
class Broadcast(Params):
    """How a kernel walks both inputs: broadcast.h."""

    ctype = "tcnn_broadcast_t"
    shape: Array4
    stride1: Array4
    stride2: Array4


def check_broadcast(node: Node) -> None:
    """Check that two int8 inputs yield the output's shape in a way that kernels walk.

    Raises:
        ModelError: If an input is not int8 or the shapes do not fit.
    """
    node.check_inputs(2)
    a, b = node.check_int8(node.input(0)), node.check_int8(node.input(1))
    if a.data is not None and b.data is not None:
        node.refuse("expected an activation among the inputs, got two constants")
    runs = _find_runs(a.shape, b.shape)
    if runs is None:
        node.invalid(f"shapes {a.shape} and {b.shape} cannot be broadcast")
    if len(runs) > _MAX_DIMENSIONS:
        node.refuse(
            f"shapes {a.shape} and {b.shape} alternate in more than "
            f"{_MAX_DIMENSIONS} dimensions"
        )
    node.check_output_shape(_broadcast_shape(a.shape, b.shape))


def find_broadcast(node: Node) -> Broadcast:
    """The walk in as few dimensions as can be."""
    runs = _find_runs(node.input(0).shape, node.input(1).shape) or []
    runs = [(1, True, True)] * (_MAX_DIMENSIONS - len(runs)) + runs
    return Broadcast(
        shape=tuple(size for size, _, _ in runs),
        stride1=_strides([(size, repeats) for size, repeats, _ in runs]),
        stride2=_strides([(size, repeats) for size, _, repeats in runs]),
    )


def lower_binary(
    lowering: Lowering, node: Node, function: str, params: Params, times: int = 1
) -> None:
    """Add a call whose operands are activations or constants, in the node's order.

    Args:
        lowering: Gets the call.
        node: What it computes.
        function: The C function.
        params: What it takes first.
        times: So often a constant's elements stand in its table.
    """
    operands = (lowering.operand(node, number, times) for number in (0, 1))
    lowering.call(node, function, params, *operands, inputs=())


def binary_rows(
    node: Node,
    function: str,
    make: Callable[[Broadcast], Params],
    per_four: float,
    per_row: int = 65,
) -> Kernel:
    """A kernel that computes rows of the output.

    Args:
        node: What it computes.
        function: The C function.
        make: Its parameters, of the walk.
        per_four: Cycles of four elements.
        per_row: Cycles of a row, beside those.
    """
    walk, times = widen_rows(node)
    params = make(walk)

    def lower(lowering: Lowering, node: Node) -> None:
        lower_binary(lowering, node, function, params, times)

    *outer, size = _join_rows(walk)
    quads, rest = divmod(size, 4)
    row = per_row + per_four * quads + rest * (per_four / 4 + 7)
    operands = (node.input(number) for number in (0, 1))
    constants = sum(x.bytes for x in operands if x.data is not None)
    return Kernel(
        function=function,
        cycles=int(100 + math.prod(outer) * row) + count_clamp_cycles(node),
        constant_bytes=times * constants,
        scratch_bytes=0,
        lower=lower,
        code_bytes=500,
    )


def _join_rows(walk: Broadcast) -> tuple[int, ...]:
    """The output's shape as kernels walk it: broadcast_rows.h."""
    *outer, rows, size = walk.shape
    strides = walk.stride1[2:], walk.stride2[2:]
    is_joined = {(0, 1), (size, 1)} == set(strides)
    times = max(min(_WIDE // size, rows), 1) if is_joined else 1
    return (*outer, -(-rows // times), times * size)


def widen_rows(node: Node) -> tuple[Broadcast, int]:
    """The walk with short rows joined, and how often it repeats a constant for that."""
    walk = find_broadcast(node)
    *outer, rows, size = walk.shape
    strides = walk.stride1, walk.stride2
    is_repeated = any(
        node.input(number).data is not None
        and stride == (0, 0, 0, 1)
        and other[2:] == (size, 1)
        for number, (stride, other) in enumerate((strides, strides[::-1]))
    )
    if not is_repeated:
        return walk, 1
    fits = (n for n in range(1, _WIDE // size + 1) if rows % n == 0)
    times = max(fits, default=1)
    first, second = ((*s[:2], times * s[2], s[3]) for s in strides)
    return Broadcast((*outer, rows // times, times * size), first, second), times


def _find_runs(a: tuple[int, ...], b: tuple[int, ...]) -> list[Run] | None:
    """The output's dimensions, neighbours that are walked alike as one.

    None if the shapes cannot be broadcast.
    """
    pairs = list(zip_longest(reversed(a), reversed(b), fillvalue=1))[::-1]
    if any(m != n and 1 not in (m, n) for m, n in pairs):
        return None
    dimensions = ((max(m, n), m == 1, n == 1) for m, n in pairs if max(m, n) > 1)
    runs: list[Run] = []
    for (repeats1, repeats2), group in groupby(dimensions, key=lambda d: d[1:]):
        size = 1
        for dimension, _, _ in group:
            size *= dimension
        runs.append((size, repeats1, repeats2))
    return runs


def _broadcast_shape(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    pairs = zip_longest(reversed(a), reversed(b), fillvalue=1)
    return tuple(max(pair) for pair in pairs)[::-1]


def _strides(runs: list[tuple[int, bool]]) -> tuple[int, ...]:
    """Elements of an input between neighbours along each run."""
    strides, stride = [], 1
    for size, repeats in reversed(runs):
        strides.append(0 if repeats else stride)
        stride *= 1 if repeats else size
    return tuple(reversed(strides))

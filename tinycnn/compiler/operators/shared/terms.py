"""Kernels for sums of two rescaled inputs: terms.h.

The term of the input with the larger scale is a power of two for each step, so that the
other's alone is looked up, with all constants in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Multiplier, requantize
from tinycnn.compiler.ir.graph import Clamp
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Int32Constants, Params
from tinycnn.compiler.operators.shared.broadcast import (
    Broadcast,
    binary_rows,
    widen_rows,
)
from tinycnn.compiler.operators.shared.folded_channels import Integers

__all__ = ["rescale_bytes", "term_rows"]

_MOST_RIGHT = 22  # bits, to which a zero point and a half can be shifted
_ZERO = 128  # the place of 0 among bytes from -128 to 127


@dataclass(frozen=True, slots=True)
class Terms(Params):
    """How an element is computed: terms.h."""

    ctype = "tcnn_terms_t"
    factor: int
    sums: Int32Constants
    multiplier: int
    offset: int
    right: int


@dataclass(frozen=True, slots=True)
class TermsParams(Params):
    """What the kernels take: terms.h."""

    ctype = "tcnn_terms_params_t"
    broadcast: Broadcast
    terms: Terms
    clamp_min: int
    clamp_max: int


def rescale_bytes(
    node: Node, number: int, left: int, multiplier: Multiplier
) -> Integers:
    """The term of each value of an input, from -128 to 127."""
    values = np.arange(-128, 128) - node.input(number).zero_point
    return requantize(values << left, multiplier)


def term_rows(
    node: Node,
    function: str,
    terms: Sequence[Integers],
    output: Multiplier,
    clamp: Clamp = (-128, 127),
) -> Kernel | None:
    """The kernel; None where the output's shift has no room.

    Args:
        node: What it computes.
        function: The C function.
        terms: Those of all values of both inputs; what is rescaled is their sum, or
            twice that.
        output: What rescales it.
        clamp: Of the output.
    """
    right = -output.shift
    if not 1 <= right <= _MOST_RIGHT:
        return None
    order = (0, 1) if node.input(0).scale >= node.input(1).scale else (1, 0)
    line, table = (terms[number] for number in order)
    factor, zero = int(line[_ZERO + 1] - line[_ZERO]), int(line[_ZERO])
    assert np.array_equal(line, np.arange(-128, 128) * factor + zero)
    offset = (2 * node.output().zero_point + 1) << (right - 1)
    found = Terms(factor, "", output.value, offset, right)
    walk, times = widen_rows(node)
    if order[0]:
        walk = Broadcast(walk.shape, walk.stride2, walk.stride1)

    def lower(lowering: Lowering, node: Node) -> None:
        sums = np.roll(table + zero, -_ZERO)
        name = lowering.array(node, "sums", "int32_t", sums)
        params = TermsParams(walk, replace(found, sums=name), *clamp)
        operands = (lowering.operand(node, number, times) for number in order)
        lowering.call(node, function, params, *operands, inputs=())

    params = TermsParams(walk, found, *clamp)
    kernel = binary_rows(node, function, lambda walk: params, 58, 80)
    return replace(
        kernel,
        constant_bytes=kernel.constant_bytes + 4 * table.size,
        lower=lower,
        flash_reads=node.output().size,
    )

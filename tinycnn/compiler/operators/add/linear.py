"""ADD and SUB as one linear function of two bytes: by a kernel for each family.

The reference rescales both terms and rounds three times, but of the exact sum hardly
anything is lost. Factors near those of the scales are tried until

    saturate((factor1 * a + factor2 * b + offset) >> shift)

is the reference's output for all 65,536 pairs; where none is, there is no such kernel.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics, requantize
from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.add.rules import LEFT_SHIFT, find_multipliers
from tinycnn.compiler.operators.shared.broadcast import Broadcast, binary_rows
from tinycnn.compiler.operators.shared.folded_channels import Integers
from tinycnn.compiler.operators.shared.terms import rescale_bytes

__all__ = ["add_linear", "subtract_linear"]
__all__ += ["add_linear_mul", "subtract_linear_mul"]

# Each with its cycles for four elements.
_DSP, _MUL = ("tcnn_add_s8_dsp", 32), ("tcnn_add_linear_s8_mul", 128)

_NUDGES = sorted(product(range(-4, 5), repeat=2), key=lambda n: abs(n[0]) + abs(n[1]))


@dataclass(frozen=True, slots=True)
class LinearParams(Params):
    """What the kernel takes: add.h."""

    ctype = "tcnn_add_dsp_params_t"
    broadcast: Broadcast
    factor1: int
    factor2: int
    offset: int
    shift: int
    clamp_min: int
    clamp_max: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A linear function of two bytes."""

    factor1: int
    factor2: int
    offset: int
    shift: int


def add_linear(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel of ADD, where some linear function equals the reference."""
    return _linear(node, 1, *_DSP)


def subtract_linear(node: Node, numerics: Numerics) -> Kernel | None:
    """The same of SUB."""
    return _linear(node, -1, *_DSP)


def add_linear_mul(node: Node, numerics: Numerics) -> Kernel | None:
    """That of ADD for cores without DSP."""
    return _linear(node, 1, *_MUL)


def subtract_linear_mul(node: Node, numerics: Numerics) -> Kernel | None:
    """The same of SUB."""
    return _linear(node, -1, *_MUL)


def _linear(node: Node, sign: int, function: str, per_four: int) -> Kernel | None:
    line = _find_line(node, sign)
    if line is None:
        return None

    def make(walk: Broadcast) -> LinearParams:
        clamp = node.attrs(ClampedAttrs).clamp
        factors = line.factor1, line.factor2
        return LinearParams(walk, *factors, line.offset, line.shift, *clamp)

    return binary_rows(node, function, make, per_four, 70)


def _find_line(node: Node, sign: int) -> _Line | None:
    wanted = _reference_table(node, sign)
    bytes_ = np.arange(-128, 128, dtype=np.int64)
    slopes = [node.input(i).scale / node.output().scale for i in (0, 1)]
    shift = 30 - int(np.floor(np.log2(sum(slopes) * 128 + 256)))
    nearest = [round(slope * 2.0**shift) for slope in slopes]
    nearest[1] *= sign
    for nudges in _NUDGES:
        factors = [n + nudge for n, nudge in zip(nearest, nudges, strict=True)]
        sums = factors[0] * bytes_[:, None] + factors[1] * bytes_[None, :]
        least = np.where(wanted > -128, (wanted << shift) - sums, -(1 << 40)).max()
        most = np.where(wanted < 127, ((wanted + 1) << shift) - 1 - sums, 1 << 40).min()
        offset = int(least + most) // 2
        if least <= most and np.abs(sums).max() + abs(offset) < 1 << 31:
            return _Line(factors[0], factors[1], offset, shift)
    return None


def _reference_table(node: Node, sign: int) -> Integers:
    """The output, not yet clamped to an activation, of each pair of bytes."""
    first, second, output = find_multipliers(node)
    terms = (
        rescale_bytes(node, 0, LEFT_SHIFT, first),
        sign * rescale_bytes(node, 1, LEFT_SHIFT, second),
    )
    sums = terms[0][:, None] + terms[1][None, :]
    return np.clip(requantize(sums, output) + node.output().zero_point, -128, 127)

"""PRELU of constant slopes, each a line of its own: `tcnn_prelu_lines_s8_dsp`.

The reference rounds twice, but an output is one of 256 inputs. For each slope, factors
near the exact one are tried until

    saturate((factor * (input - zero point) + offset) >> 20)

is the reference's output for all inputs below the zero point, as for all others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tinycnn.compiler.arithmetic.numerics import (
    Numerics,
    requantize,
    rescaling_multiplier,
)
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

__all__ = ["prelu_lines"]

_FUNCTION = "tcnn_prelu_lines_s8_dsp"
_SHIFT = 20
_NUDGES = sorted(range(-8, 9), key=abs)
_FAR = 1 << 40  # beyond any sum


@dataclass(frozen=True, slots=True)
class PreluLinesParams(Params):
    """What the kernel takes: prelu.h."""

    ctype = "tcnn_prelu_lines_params_t"
    broadcast: Broadcast
    input_zero_point: int
    lines: Int32Constants


def prelu_lines(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where each slope has a line."""
    x, alpha = node.input(0), node.input(1)
    if alpha.data is None:
        return None
    slopes, numbers = np.unique(alpha.data, return_inverse=True)
    lines = _find_lines(node, slopes.astype(np.int64), numerics)
    if lines is None:
        return None
    walk, times = widen_rows(node)
    params = PreluLinesParams(walk, x.zero_point, "")

    def lower(lowering: Lowering, node: Node) -> None:
        places = np.tile(numbers.reshape(-1), times).astype(np.uint8).astype(np.int8)
        lowering.call(
            node,
            _FUNCTION,
            replace(params, lines=lowering.array(node, "lines", "int32_t", lines)),
            lowering.operand(node, 0),
            lowering.array(node, "slopes", "int8_t", places),
            inputs=(),
        )

    kernel = binary_rows(node, _FUNCTION, lambda walk: params, 56, 40)
    return replace(
        kernel,
        constant_bytes=kernel.constant_bytes + 4 * lines.size,
        lower=lower,
        flash_reads=2 * node.output().size,
    )


def _find_lines(node: Node, slopes: Integers, numerics: Numerics) -> Integers | None:
    """Factor and offset from the zero point upwards, then below; a row each slope."""
    x, alpha, y = node.input(0), node.input(1), node.output()
    inputs = np.arange(-128, 128) - x.zero_point
    ratio = x.scale / y.scale
    ahead = rescaling_multiplier(x.scale, 1.0, y.scale, numerics)
    below = rescaling_multiplier(x.scale, alpha.scale, y.scale, numerics)
    factors = slopes - alpha.zero_point
    sides = (
        (inputs[inputs >= 0], ahead, np.array([1]), ratio),
        (inputs[inputs < 0], below, factors, ratio * alpha.scale),
    )
    lines: list[Integers] = []
    for values, multiplier, slope, scale in sides:
        wanted = requantize(values * slope[:, None], multiplier) + y.zero_point
        exact = np.rint(slope * (scale * 2.0**_SHIFT)).astype(np.int64)
        half = (2 * y.zero_point + 1) << (_SHIFT - 1)
        found = _find_line(values, np.clip(wanted, -128, 127), exact, half)
        if found is None:
            return None
        lines.append(found)
    return np.hstack([np.broadcast_to(lines[0], lines[1].shape), lines[1]])


def _find_line(
    values: Integers, wanted: Integers, exact: Integers, half: int
) -> Integers | None:
    """A factor and an offset near the exact ones, for each row of wanted outputs."""
    lines = np.zeros((len(wanted), 2), np.int64)
    is_open = np.ones(len(wanted), bool)
    for nudge in _NUDGES:
        sums = values * (exact + nudge)[:, None]
        steps = wanted << _SHIFT
        least = np.where(wanted > -128, steps - sums, -_FAR).max(axis=1, initial=-_FAR)
        most = np.where(wanted < 127, steps - sums + (1 << _SHIFT) - 1, _FAR)
        most = most.min(axis=1, initial=_FAR)
        offset = np.clip(half, least, most)
        largest = np.abs(sums).max(axis=1, initial=0) + np.abs(offset)
        found = is_open & (least <= most) & (largest < 1 << 31)
        lines[found] = np.stack([exact + nudge, offset], axis=1)[found]
        is_open &= ~found
    return None if is_open.any() else lines

"""PRELU of any slopes, rounded as the reference does: `tcnn_prelu_s8_dsp`."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import Numerics, rescaling_multiplier
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.broadcast import Broadcast, binary_rows

__all__ = ["prelu_rows"]

_MOST_BITS = 22  # to the right: a zero point and a half can be shifted as far


@dataclass(frozen=True, slots=True)
class PreluRowsParams(Params):
    """What the kernel for DSP takes: prelu.h."""

    ctype = "tcnn_prelu_dsp_params_t"
    broadcast: Broadcast
    input_zero_point: int
    alpha_zero_point: int
    output_zero_point: int
    factor: int
    multiplier: int
    right: int
    alpha_multiplier: int
    alpha_right: int


def prelu_rows(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for DSP, of slopes that shift to the right."""
    x, alpha, y = node.input(0), node.input(1), node.output()
    ahead = rescaling_multiplier(x.scale, 1.0, y.scale, numerics)
    below = rescaling_multiplier(x.scale, alpha.scale, y.scale, numerics)
    left, right = max(ahead.shift, 0), max(-ahead.shift, 0)
    if max(left + 1, right, -below.shift) > _MOST_BITS or below.shift >= 0:
        return None

    def make(walk: Broadcast) -> PreluRowsParams:
        return PreluRowsParams(
            walk,
            x.zero_point,
            alpha.zero_point,
            y.zero_point,
            2 << left,
            ahead.value,
            right,
            below.value,
            -below.shift,
        )

    return binary_rows(node, "tcnn_prelu_s8_dsp", make, 78)

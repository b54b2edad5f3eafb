"""FULLY_CONNECTED by four channels at a time: `tcnn_fully_connected_s8_dsp`.

The inner loop takes four inputs against four channels in 20 cycles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.fully_connected.rules import (
    find_multipliers,
)
from tinycnn.compiler.operators.shared.folded_channels import (
    FoldedChannels,
    Integers,
    fold_channels,
)
from tinycnn.compiler.operators.shared.lane_pairs import GROUP, fits_pairs, pack_groups

__all__ = ["fully_connected_pairs"]


@dataclass(frozen=True, slots=True)
class PairsParams(Params):
    """What the kernel takes: fully_connected.h."""

    ctype = "tcnn_fully_connected_dsp_params_t"
    input_channels: int
    output_channels: int
    clamp_min: int
    clamp_max: int
    round_once: int


def fully_connected_pairs(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where it computes `node` exactly."""
    w, once = node.input(1).data, numerics == "litert"
    assert w is not None
    outputs, inputs = w.shape
    weights = w.astype(np.int64)
    multipliers = find_multipliers(node, numerics)
    channels = fold_channels(node, axis=0, multipliers=multipliers)
    if node.input().size != inputs or inputs % 4 or channels is None:
        return None
    if not fits_pairs(weights, channels) or (once and _has_ties(channels)):
        return None
    order = np.arange(inputs).reshape(-1, 4)[:, [0, 2, 1, 3]].reshape(-1)
    stream = pack_groups(weights[:, order], channels)
    attrs = node.attrs(ClampedAttrs)

    def lower(lowering: Lowering, node: Node) -> None:
        params = PairsParams(inputs, outputs, *attrs.clamp, round_once=int(once))
        table = lowering.array(node, "weights", "int32_t", stream)
        lowering.call(node, "tcnn_fully_connected_s8_dsp", params, table)

    return Kernel(
        function="tcnn_fully_connected_s8_dsp",
        cycles=-(-outputs // GROUP) * (5 * inputs + inputs // 8 + 150),
        constant_bytes=4 * stream.size,
        scratch_bytes=0,
        lower=lower,
        code_bytes=1_200,
    )


def _has_ties(channels: FoldedChannels) -> bool:
    """Whether some sum lies halfway between two outputs, to be rounded by its sign.

    Then sum * multiplier is an odd multiple of 2^(30 + shift).
    """
    m = channels.multiplier
    factors_of_two: Integers = m & -m
    return bool(np.any(channels.largest * factors_of_two >= 1 << (30 + channels.shift)))

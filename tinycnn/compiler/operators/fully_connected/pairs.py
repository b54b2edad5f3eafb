"""FULLY_CONNECTED by four channels at a time: `tcnn_fully_connected_s8_dsp`.

The inner loop takes four inputs against four channels in 20 cycles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.kernel import Kernel, NoKernelError
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
from tinycnn.compiler.operators.shared.lane_pairs import GROUP, check_pairs, pack_groups

__all__ = ["fully_connected_pairs"]

_MOST_PADDED = 256  # inputs that are copied to fill up a four


@dataclass(frozen=True, slots=True)
class PairsParams(Params):
    """What the kernel takes: fully_connected.h."""

    ctype = "tcnn_fully_connected_dsp_params_t"
    input_bytes: int
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
    if node.input().size != inputs:
        return None
    if inputs % 4 and inputs > _MOST_PADDED:
        raise NoKernelError(f"{inputs:,} inputs, which no four divides")
    check_pairs(weights, channels)
    if once and _has_ties(channels):
        raise NoKernelError("a sum halfway between two outputs")
    padded = -(-inputs // 4) * 4
    weights = np.pad(weights, ((0, 0), (0, padded - inputs)))
    order = np.arange(padded).reshape(-1, 4)[:, [0, 2, 1, 3]].reshape(-1)
    stream = pack_groups(weights[:, order], channels)
    attrs = node.attrs(ClampedAttrs)

    def lower(lowering: Lowering, node: Node) -> None:
        params = PairsParams(
            inputs, padded, outputs, *attrs.clamp, round_once=int(once)
        )
        table = lowering.array(node, "weights", "int32_t", stream)
        lowering.call(node, "tcnn_fully_connected_s8_dsp", params, table)

    return Kernel(
        function="tcnn_fully_connected_s8_dsp",
        cycles=_count_cycles(inputs, outputs),
        constant_bytes=4 * stream.size,
        scratch_bytes=0,
        lower=lower,
        code_bytes=1_200,
        flash_reads=stream.size,
    )


def _count_cycles(inputs: int, outputs: int) -> int:
    fours, rest = -(-inputs // 4), 80 + 2 * inputs if inputs % 4 else 0
    groups = -(-outputs // GROUP) * (20.5 * fours + 92)
    return int(130 + rest + groups + (40 if outputs % GROUP else 0))


def _has_ties(channels: FoldedChannels) -> bool:
    """Whether some sum lies halfway between two outputs, to be rounded by its sign.

    Then sum * multiplier is an odd multiple of 2^(30 + shift).
    """
    m = channels.multiplier
    factors_of_two: Integers = m & -m
    return bool(np.any(channels.largest * factors_of_two >= 1 << (30 + channels.shift)))

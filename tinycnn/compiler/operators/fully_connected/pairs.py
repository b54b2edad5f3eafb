"""FULLY_CONNECTED by four channels at a time.

`tcnn_fully_connected_s8_dsp` takes four inputs against four channels in 20 cycles, and
unpacks them each time; `tcnn_fully_connected_wide_s8_dsp`, in 19, has short rows
unpacked before.
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
from tinycnn.compiler.operators.fully_connected.common_scale import find_common_scale
from tinycnn.compiler.operators.fully_connected.rules import find_multipliers
from tinycnn.compiler.operators.shared.folded_channels import (
    FoldedChannels,
    fold_channels,
)
from tinycnn.compiler.operators.shared.lane_pairs import GROUP, check_pairs, pack_groups

__all__ = ["fully_connected_pairs", "fully_connected_wide"]

_MOST_WIDE = 256  # inputs that are unpacked on the stack
_LEAST_MACS = 4096
_OWN_SCALES = (-1, 0)  # each channel has a multiplier and offset in the weights


@dataclass(frozen=True, slots=True)
class PairsParams(Params):
    """What the kernels take: fully_connected.h."""

    ctype = "tcnn_fully_connected_dsp_params_t"
    input_bytes: int
    input_channels: int
    output_channels: int
    clamp_min: int
    clamp_max: int
    multiplier: int
    offset: int
    round_once: int


def fully_connected_pairs(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for long rows of whole fours, where it computes `node` exactly.

    And where there is enough to compute that its instructions, 3 KB, are worth it.
    """
    outputs, inputs = node.input(1).shape
    if inputs <= _MOST_WIDE:
        return None
    if inputs % 4:
        raise NoKernelError(f"{inputs:,} inputs, which no four divides")
    if inputs * outputs < _LEAST_MACS:
        return None
    return _find_kernel(node, numerics, "tcnn_fully_connected_s8_dsp", step=20, run=32)


def fully_connected_wide(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for short rows, where it computes `node` exactly."""
    inputs = node.input(1).shape[1]
    if inputs > _MOST_WIDE:
        return None
    return _find_kernel(
        node, numerics, "tcnn_fully_connected_wide_s8_dsp", step=19, run=16
    )


def _find_kernel(
    node: Node, numerics: Numerics, function: str, *, step: int, run: int
) -> Kernel | None:
    w, once = node.input(1).data, numerics == "litert"
    assert w is not None
    outputs, inputs = w.shape
    if node.input().size != inputs:
        return None
    weights = w.astype(np.int64)
    multipliers = find_multipliers(node, numerics)
    channels = fold_channels(node, axis=0, multipliers=multipliers)
    check_pairs(weights, channels)
    if once and _has_ties(channels):
        raise NoKernelError("a sum halfway between two outputs")
    scale = find_common_scale(channels, node.output().zero_point) if once else None
    padded = -(-inputs // 4) * 4
    weights = np.pad(weights, ((0, 0), (0, padded - inputs)))
    order = np.arange(padded).reshape(-1, 4)[:, [0, 2, 1, 3]].reshape(-1)
    stream = pack_groups(weights[:, order], channels, with_constants=scale is None)
    params = PairsParams(
        inputs,
        padded,
        outputs,
        *node.attrs(ClampedAttrs).clamp,
        *(scale or _OWN_SCALES),
        round_once=int(once),
    )

    def lower(lowering: Lowering, node: Node) -> None:
        table = lowering.array(node, "weights", "int32_t", stream)
        lowering.call(node, function, params, table)

    steps, rest = padded // 4, 40 if outputs % GROUP else 0
    group = step * steps + (steps - 1) // run * 4 + (70 if scale is None else 37)
    unpack = 8 * steps if step < 20 else 0
    return Kernel(
        function=function,
        cycles=110 + unpack + -(-outputs // GROUP) * group + rest,
        constant_bytes=4 * stream.size,
        scratch_bytes=0,
        lower=lower,
        code_bytes=700 + 74 * run,
        flash_reads=stream.size,
    )


def _has_ties(channels: FoldedChannels) -> bool:
    """Whether some sum lies halfway between two outputs, to be rounded by its sign.

    Then sum * multiplier is an odd multiple of 2^(30 + shift).
    """
    m = channels.multiplier
    factors_of_two = m & -m
    return bool(np.any(channels.largest * factors_of_two >= 1 << (30 + channels.shift)))

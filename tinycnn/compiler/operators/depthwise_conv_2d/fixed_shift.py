"""One shift, and one rounding, for all channels of a layer, where that is the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Clamp
from tinycnn.compiler.operators.shared.folded_channels import FoldedChannels, Integers

__all__ = ["FIXED_SHIFT", "fix_shift"]

FIXED_SHIFT = 12  # TCNN_FIXED_SHIFT of the kernels


def fix_shift(
    channels: FoldedChannels, spread: Integers, clamp: Clamp
) -> tuple[FoldedChannels, Integers, NDArray[np.bool_]]:
    """Channels that all shift by `FIXED_SHIFT`, and each one's scale of sums, in bits.

    The third tells for which of them that gives the same outputs.

    The scale makes up for the channel's own shift, and keeps the bits that rounding
    looks at: with z the exact quotient by 2^32 and N an integer, round(z) >= N where
    floor(2^n * z) >= 2^n * N - 2^(n - 1). What is left is whether negative sums round
    otherwise within the clamp, and shifts that scales do not reach; so all is checked.

    Args:
        channels: The exact ones.
        spread: How far a channel's sums may be from its bias.
        clamp: Of the outputs: beyond it nothing need be equal.
    """
    silent = channels.multiplier == 0
    scale = np.clip(FIXED_SHIFT - channels.shift, 1, 7) + 1
    rest = (channels.shift + scale - 1 - FIXED_SHIFT) * ~silent
    fits = (rest >= 0) & (channels.largest << scale < 1 << 31) & (channels.shift > 0)
    rest = np.maximum(rest, 0)
    half = 1 << rest >> 1
    offset = np.where(
        silent,
        channels.offset << (FIXED_SHIFT - 1),
        (channels.offset << (scale - 1)) + (1 << scale >> 2),
    )
    fixed = FoldedChannels(
        channels.bias,
        (channels.multiplier + half) >> rest,
        (offset + half) >> rest,
        np.full_like(scale, FIXED_SHIFT),
        channels.largest,
        channels.left,
    )
    lowest, highest = channels.bias - spread, channels.bias + spread
    # The least sum that gives each value, by bisection; both ways of rounding rise.
    values = np.arange(clamp[0] + 1, clamp[1] + 1)[:, None]
    first = np.broadcast_to(lowest, (len(values), len(lowest)))
    last = np.broadcast_to(highest + 1, first.shape)
    while np.any(first < last):
        middle = (first + last) >> 1
        reached = _round_twice(channels, middle) >= values
        first = np.where(reached | (first >= last), first, middle + 1)
        last = np.where(reached, middle, last)
    at = _shift_once(fixed, scale, first) >= values
    before = _shift_once(fixed, scale, first - 1) >= values
    equal = (at | (first > highest)) & (~before | (first == lowest))
    return fixed, scale, fits & np.all(equal, axis=0)


def _round_twice(channels: FoldedChannels, sums: Integers) -> Integers:
    rounded = (2 * sums * channels.multiplier + (1 << 31)) >> 32
    return (rounded - (sums < 0) + channels.offset) >> channels.shift


def _shift_once(channels: FoldedChannels, scale: Integers, sums: Integers) -> Integers:
    high = ((sums << scale) * channels.multiplier) >> 32
    return (high + channels.offset) >> channels.shift

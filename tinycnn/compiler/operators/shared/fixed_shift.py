"""One shift, and one rounding, for channels of a layer, where that is the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Clamp
from tinycnn.compiler.operators.shared.folded_channels import FoldedChannels, Integers

__all__ = ["FIXED_SHIFT", "fix_shift", "own_scale"]

FIXED_SHIFT = 12  # that of the kernels
_LEAST_SCALE, _MOST_SCALE = 2, 8
# Changes of multiplier and offset that are tried, the smallest first.
_NEAR = sorted(product(range(-3, 4), repeat=2), key=lambda near: np.abs(near).sum())


def own_scale(channels: FoldedChannels) -> Integers:
    """Of each channel's sums, in bits, what makes up for its own shift."""
    most = FIXED_SHIFT + 1 - channels.shift
    return np.clip(most, _LEAST_SCALE, _MOST_SCALE)


def fix_shift(
    channels: FoldedChannels, spread: Integers, clamp: Clamp, scale: Integers
) -> tuple[FoldedChannels, NDArray[np.bool_]]:
    """Channels that all shift by `FIXED_SHIFT`, and for which that gives the same.

    The scale keeps the bits that rounding looks at: with z the exact quotient by 2^32
    and N an integer, round(z) >= N where floor(2^n * z) >= 2^n * N - 2^(n - 1). What is
    left is bits that the multiplier loses, whether negative sums round otherwise within
    the clamp, and shifts that scales do not reach; so all is checked.

    Args:
        channels: The exact ones.
        spread: How far a channel's sums may be from its bias.
        clamp: Of the outputs: beyond it nothing need be equal.
        scale: Of sums to the left before they are multiplied, in bits.
    """
    silent = channels.multiplier == 0
    rest = (channels.shift + scale - 1 - FIXED_SHIFT) * ~silent
    fits = (rest >= 0) & (channels.largest << scale < 1 << 31) & (channels.shift > 0)
    rest = np.maximum(rest, 0)
    half = 1 << rest >> 1
    offset = np.where(
        silent,
        channels.offset << (FIXED_SHIFT - 1),
        (channels.offset << (scale - 1)) + (1 << scale >> 2),
    )
    fixed = replace(
        channels,
        multiplier=(channels.multiplier + half) >> rest,
        offset=(offset + half) >> rest,
        shift=np.full_like(scale, FIXED_SHIFT),
    )
    lowest, highest = channels.bias - spread, channels.bias + spread
    begins = np.clip(_find_begins(channels, clamp), lowest, highest + 1)
    equal = np.zeros(len(scale), bool)
    for near in _NEAR:
        left = np.flatnonzero(fits & ~equal)
        if not left.size:
            break
        trial = fixed.take(left)
        trial = replace(
            trial, multiplier=trial.multiplier + near[0], offset=trial.offset + near[1]
        )
        first, values = begins[:, left], np.arange(clamp[0] + 1, clamp[1] + 1)[:, None]
        at = _shift_once(trial, scale[left], first) >= values
        before = _shift_once(trial, scale[left], first - 1) >= values
        same = (at | (first > highest[left])) & (~before | (first == lowest[left]))
        found = np.all(same, axis=0) & (trial.multiplier >> 31 == 0)
        equal[left] = found
        fixed.multiplier[left[found]] = trial.multiplier[found]
        fixed.offset[left[found]] = trial.offset[found]
    return fixed, equal


def _find_begins(channels: FoldedChannels, clamp: Clamp) -> Integers:
    """The least sum that gives each output after the first; both roundings rise."""
    values = np.arange(clamp[0] + 1, clamp[1] + 1)[:, None]
    least = (values << channels.shift) - channels.offset
    up, down = (_least_sum(channels, least + more) for more in (0, 1))
    return np.where(down < 0, down, np.maximum(up, 0))


def _least_sum(channels: FoldedChannels, least: Integers) -> Integers:
    """The least sum whose doubled product is rounded to `least` or more."""
    return -((1 - 2 * least << 30) // np.maximum(channels.multiplier, 1))


def _shift_once(channels: FoldedChannels, scale: Integers, sums: Integers) -> Integers:
    high = ((sums << scale) * channels.multiplier) >> 32
    return (high + channels.offset) >> channels.shift

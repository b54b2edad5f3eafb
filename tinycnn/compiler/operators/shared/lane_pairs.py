"""Weights of two output channels in one 16-bit lane: int8 in size, 16 bits in speed.

A lane holds `256 * a + b` for weights a and b of two channels. One multiplication gives
256 * A + B, another by the sign-extended low byte gives B, and A is the difference.
A word holds the lanes of two inputs; four channels make a group of two words:

    {a b}(k0) | {a b}(k1) << 16,  {c d}(k0) | {c d}(k1) << 16,  then k2 and k3, ...
"""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.ir.graph import Clamp
from tinycnn.compiler.ir.kernel import NoKernelError
from tinycnn.compiler.operators.shared.fixed_shift import fix_shift
from tinycnn.compiler.operators.shared.folded_channels import FoldedChannels, Integers

__all__ = ["GROUP", "check_pairs", "pack_groups", "pack_mixed_groups"]

GROUP = 4  # output channels
FIXED_SCALE = 8  # bits by which a first channel's sum is too large as it comes
_LARGEST_SUM = 1 << 23  # 256 times it fits 32 bits


def check_pairs(weights: Integers, channels: FoldedChannels) -> None:
    """See that every lane fits 16 bits and every sum of a first channel 24.

    Raises:
        NoKernelError: If one does not.
    """
    for pair, _ in np.argwhere(256 * weights[0::2] + _second(weights) < -(1 << 15))[:1]:
        raise NoKernelError(f"weights of -128 in channels {2 * pair} and the next")
    channels.check_largest(_LARGEST_SUM)


def pack_groups(
    weights: Integers, channels: FoldedChannels, *, with_constants: bool
) -> Integers:
    """One group of channels after the other.

    Of each: the four sums to start from, the words, four requantizations.

    Args:
        weights: Of shape (channels, inputs), in the order of the kernel's loop.
        channels: Of as many channels.
        with_constants: Whether to pack the requantizations.
    """
    parts = _list_parts(weights, channels)
    if with_constants:
        parts.append(_pad_group(channels.requantization()).reshape(-1, 3 * GROUP))
    return _join(np.hstack(parts))


def pack_mixed_groups(
    weights: Integers, channels: FoldedChannels, clamp: Clamp
) -> tuple[Integers, int]:
    """The same, and how many groups round once with one shift, where that is equal.

    Of these the requantizations are a multiplier and an offset for sums times
    2^`FIXED_SCALE`; the first multiplier of the others has its highest bit set.
    """
    parts = np.hstack(_list_parts(weights, channels))
    spread = 128 * np.abs(weights).sum(axis=1)
    scale = np.full_like(channels.shift, FIXED_SCALE)
    fixed, equal = fix_shift(channels, spread, clamp, scale)
    once = _pad_group(fixed.requantization()[:, :2]).reshape(-1, 2 * GROUP)
    twice = _pad_group(channels.requantization()).reshape(-1, 3 * GROUP)
    twice[:, 0] |= 1 << 31
    padded = np.pad(equal, (0, -len(equal) % GROUP), constant_values=True)
    is_fixed = [bool(np.all(four)) for four in padded.reshape(-1, GROUP)]
    groups = (
        piece
        for part, *ways, choice in zip(parts, twice, once, is_fixed, strict=True)
        for piece in (part, ways[choice])
    )
    return _join(np.concatenate([*groups])), sum(is_fixed)


def _list_parts(weights: Integers, channels: FoldedChannels) -> list[Integers]:
    """The sums to start from and the words, one row a group."""
    words = _pack_words(
        _pad_group(np.pad(weights, ((0, 0), (0, weights.shape[1] % 2))))
    )
    sums = _pad_group(channels.bias)
    sums[0::2] = 256 * sums[0::2] + sums[1::2]
    return [sums.reshape(-1, GROUP), words.reshape(len(words), -1)]


def _join(stream: Integers) -> Integers:
    return stream.astype(np.uint32).astype(np.int32)


def _pad_group(values: Integers) -> Integers:
    """`values` with rows of zeros up to a whole number of groups."""
    rows = -len(values) % GROUP
    return np.pad(values, ((0, rows), *((0, 0),) * (values.ndim - 1)))


def _pack_words(weights: Integers) -> Integers:
    """Words of shape (groups, inputs / 2, 2)."""
    lanes = (256 * weights[0::2] + weights[1::2]) & 0xFFFF  # (channels / 2, inputs)
    words = lanes[:, 0::2] | lanes[:, 1::2] << 16
    return words.reshape(-1, 2, words.shape[1]).transpose(0, 2, 1)


def _second(weights: Integers) -> Integers:
    return np.pad(weights, ((0, len(weights) % 2), (0, 0)))[1::2]

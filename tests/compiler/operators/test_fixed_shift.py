"""One shift for all channels: it is said to be the same only where it is."""

import numpy as np

from tinycnn.compiler.operators.shared.fixed_shift import fix_shift
from tinycnn.compiler.operators.shared.folded_channels import FoldedChannels

SPREAD = 6000
CHANNELS = 400


def draw_channels(rng: np.random.Generator, *, large: bool = False) -> FoldedChannels:
    """Multipliers and shifts as of layers, and sums near 0 or far from it."""
    multiplier = rng.integers(1 << 30, 1 << 31, CHANNELS)
    shift = rng.integers(10, 14, CHANNELS) if large else rng.integers(4, 12, CHANNELS)
    bias = rng.integers(500_000, 600_000, CHANNELS) * large
    bias += rng.integers(-40_000, 40_000, CHANNELS)
    offset = (rng.integers(-128, 128, CHANNELS) << shift) + (1 << shift >> 1)
    largest = np.abs(bias) + (500_000 if large else SPREAD)
    left = np.ones_like(shift)
    return FoldedChannels(bias, multiplier, offset, shift, largest, left)


def round_twice(channels: FoldedChannels, sums: np.ndarray) -> np.ndarray:
    """TFLite's arithmetic, before it saturates."""
    high = (2 * sums * channels.multiplier + (1 << 31)) >> 32
    return (high - (sums < 0) + channels.offset) >> channels.shift


def test_channels_that_are_said_to_be_equal_are() -> None:
    """Of every sum that they can have; and they are many, but not all."""
    rng = np.random.default_rng(3)
    channels, clamp = draw_channels(rng), (-100, 127)
    spread = np.full(CHANNELS, SPREAD)
    for bits in (6, 8):
        scale = np.full(CHANNELS, bits)

        fixed, equal = fix_shift(channels, spread, clamp, scale)

        sums = channels.bias + np.arange(-SPREAD, SPREAD + 1)[:, None]
        high = ((sums << scale) * fixed.multiplier) >> 32
        found = np.clip((high + fixed.offset) >> 12, *clamp)
        same = np.all(found == np.clip(round_twice(channels, sums), *clamp), axis=0)
        assert np.all(same[equal])
        assert 0.3 < equal.mean() < 0.99


def test_changes_of_the_multiplier_make_more_channels_equal() -> None:
    """Bits that it loses are made up for, where sums are so large that they matter."""
    rng = np.random.default_rng(4)
    channels, spread = draw_channels(rng, large=True), np.full(CHANNELS, 500_000)
    scale = np.full(CHANNELS, 8)

    fixed, equal = fix_shift(channels, spread, (-100, 127), scale)

    rest = np.maximum(channels.shift + 8 - 13, 0)
    rounded = (channels.multiplier + (1 << rest >> 1)) >> rest
    assert np.any(equal & (fixed.multiplier != rounded))

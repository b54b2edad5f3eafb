"""Output channels as kernels without DSP take them: multiply.h."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.operators.shared.folded_channels import FoldedChannels, Integers

__all__ = ["pack_interleaved", "pack_mul_channels"]


def pack_mul_channels(channels: FoldedChannels) -> Integers:
    """A `tcnn_mul_channel_t` for each: an array of shape (n, 6)."""
    columns = (
        channels.bias,
        channels.multiplier,
        channels.offset,
        channels.left,
        channels.shift,
        -(channels.shift > 0).astype(np.int64),
    )
    return np.stack(columns, axis=1)


def pack_interleaved(weights: NDArray[np.generic], count: int) -> NDArray[np.uint8]:
    """int8 weights of shape (channels, n) plus 128, of `count` channels side by side.

    Channels that are missing for a multiple of `count` have weights of 0.
    """
    padded = np.pad(weights.astype(np.int8), ((0, -len(weights) % count), (0, 0)))
    groups = padded.reshape(-1, count, padded.shape[1]).swapaxes(1, 2)
    return np.ascontiguousarray(groups).view(np.uint8) ^ np.uint8(128)

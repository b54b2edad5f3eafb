"""DEPTHWISE_CONV_2D: a pixel's channels are written in turn, each from one channel."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.convolution import convolution_window
from tinycnn.compiler.operators.shared.memory_order import (
    LastReaders,
    MemoryOrder,
    Reads,
)
from tinycnn.compiler.operators.shared.window_order import last_pixels, list_taps

__all__ = ["ORDER"]


def _last_readers(node: Node, x: Tensor) -> LastReaders:
    channels = node.output().shape[3]
    multiplier = channels // x.shape[3]
    inside = np.arange(x.shape[3], dtype=np.int64) * multiplier + multiplier - 1
    pixels = last_pixels(node, convolution_window(node))[:, :, None]
    return np.where(pixels < 0, -1, pixels * channels + inside)


def _reads(node: Node, x: Tensor) -> Reads:
    """Output channel c from input channel `c / depth multiplier`."""
    channels = np.arange(node.output().shape[3])
    multiplier = len(channels) // x.shape[3]
    for places, pixels in list_taps(node, convolution_window(node)):
        elements = pixels[:, None] * x.shape[3] + channels // multiplier
        yield elements, places[:, None] + channels


ORDER = MemoryOrder(_last_readers, _reads)

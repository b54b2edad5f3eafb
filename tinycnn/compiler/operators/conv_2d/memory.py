"""CONV_2D: a pixel's channels are written in turn, each from all channels it reads."""

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
    pixels = last_pixels(node, convolution_window(node))[:, :, None]
    last = np.where(pixels < 0, -1, pixels * channels + channels - 1)
    return np.broadcast_to(last, x.shape[1:])


def _reads(node: Node, x: Tensor) -> Reads:
    """The last output channel of a pixel reads all input channels last."""
    channels = np.arange(x.shape[3])
    for places, pixels in list_taps(node, convolution_window(node)):
        elements = pixels[:, None] * x.shape[3] + channels
        moments = places + node.output().shape[3] - 1
        yield elements, np.broadcast_to(moments[:, None], elements.shape)


ORDER = MemoryOrder(_last_readers, _reads)

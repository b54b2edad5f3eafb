"""DEPTHWISE_CONV_2D: the terms of one output."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.operators.shared.breakdown import Breakdown, Element
from tinycnn.compiler.operators.shared.convolution import convolution_window
from tinycnn.compiler.operators.shared.weighted_sum import (
    Integers,
    Sum,
    break_down_windows,
    read_window_terms,
)

__all__ = ["break_down"]


def break_down(element: Element) -> Breakdown:
    """A weight a pixel of the window, of one input channel."""
    return break_down_windows(element, _read_terms)


def _read_terms(element: Element) -> Sum:
    channel, w, x = element.position[3], element.value(1), element.value()
    source = channel // (w.shape[3] // x.shape[3])

    def weights(ky: int, kx: int) -> Integers:
        return w[0, ky, kx, channel : channel + 1].astype(np.int64)

    window = convolution_window(element.node)
    return read_window_terms(element, window, range(source, source + 1), weights)

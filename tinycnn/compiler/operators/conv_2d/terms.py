"""CONV_2D: the terms of one output."""

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
    """A weight a pixel of the window and channel of the group."""
    return break_down_windows(element, _read_terms)


def _read_terms(element: Element) -> Sum:
    channel, w = element.position[3], element.value(1)
    first = _first_channel(element)

    def weights(ky: int, kx: int) -> Integers:
        return w[channel, ky, kx, :].astype(np.int64)

    window, channels = (
        convolution_window(element.node),
        range(first, first + w.shape[3]),
    )
    return read_window_terms(element, window, channels, weights)


def _first_channel(element: Element) -> int:
    """Of the input channels in the output channel's group."""
    w, x = element.value(1), element.value()
    filters, depth = int(w.shape[0]), int(w.shape[3])
    groups = int(x.shape[3]) // depth
    return element.position[3] // (filters // groups) * depth

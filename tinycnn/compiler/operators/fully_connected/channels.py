"""FULLY_CONNECTED: takes the pixels of an image as the columns of its window."""

from __future__ import annotations

from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.filters import Filters, filter_rules

__all__ = ["CHANNELS"]


def _find_filters(node: Node) -> Filters | None:
    w, channels = node.input(1), node.input().shape[-1]
    if w.data is None or w.shape[1] % channels:
        return None
    return w.data.reshape(w.shape[0], 1, -1, channels), None


CHANNELS = filter_rules(_find_filters)

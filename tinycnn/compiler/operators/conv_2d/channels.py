"""CONV_2D: its filters, but for groups, whose inputs are not whole pixels."""

from __future__ import annotations

from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.convolution import convolution_window
from tinycnn.compiler.operators.shared.filters import Filters, filter_rules

__all__ = ["CHANNELS"]


def _find_filters(node: Node) -> Filters | None:
    w = node.input(1)
    if w.data is None or w.shape[3] != node.input().shape[3]:
        return None
    return w.data, convolution_window(node)


CHANNELS = filter_rules(_find_filters)

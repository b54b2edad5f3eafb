"""A border as padding of a MAX_POOL_2D.

A maximum over a window with padded pixels is the maximum over its other pixels if none
of those can be below the padded ones. An AVERAGE_POOL_2D counts the pixels of a border,
but not its own padding.
"""

from __future__ import annotations

from dataclasses import replace

from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.pool.rules import PoolAttrs
from tinycnn.compiler.operators.shared.border import Border

__all__ = ["absorb_border"]


def absorb_border(node: Node, border: Border) -> PoolAttrs | None:
    """The attributes with a border as padding, if no pixel is below it."""
    attrs = node.attrs(PoolAttrs)
    attrs = replace(attrs, padding=border.around(attrs.padding))
    can_be_padding = border.value <= border.lowest and _all_reach(node, attrs, border)
    return attrs if can_be_padding else None


def _all_reach(node: Node, attrs: PoolAttrs, border: Border) -> bool:
    """Whether every window has a pixel of the image."""
    sizes = zip(
        attrs.padding[:2],
        attrs.window,
        attrs.stride,
        node.output().shape[1:3],
        border.image.shape[1:3],
        strict=True,
    )
    return all(
        top < window and (rows - 1) * stride - top < height
        for top, window, stride, rows, height in sizes
    )

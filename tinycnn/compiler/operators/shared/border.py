"""Pixels of one value around an image, which the windows behind it may have as padding.

Exact: a convolution leaves out pixels outside the image, and the products of a pixel
that holds the zero point are 0.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.ir.graph import ClampedAttrs, Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.window import Sides

__all__ = ["Border", "lowest_value"]


@dataclass(frozen=True, slots=True)
class Border:
    """What an operator adds around its input.

    Attributes:
        image: What is inside.
        sides: Pixels at each side.
        value: What they hold.
        lowest: No pixel of the image is below.
    """

    image: Tensor
    sides: Sides
    value: int
    lowest: int

    def around(self, padding: Sides) -> Sides:
        """Both together."""
        (a, b, c, d), (top, left, bottom, right) = padding, self.sides
        return a + top, b + left, c + bottom, d + right


def lowest_value(node: Node) -> int:
    """The least that an input can be, by the clamp of the operator that writes it."""
    source = node.input().id
    makers = [op.attrs for op in node.graph.ops if source in op.outputs]
    clamps = [attrs.clamp for attrs in makers if isinstance(attrs, ClampedAttrs)]
    return clamps[0][0] if clamps else -128

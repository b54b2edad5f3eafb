"""SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: what a file may say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.ir.graph import Attrs
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.errors import InvalidModelError

__all__ = ["BlockAttrs", "check", "read"]


@dataclass(frozen=True, slots=True)
class BlockAttrs(Attrs):
    """Options: the block, and (before, after) added to, or cut from, each side."""

    block: tuple[int, ...]
    sides: tuple[tuple[int, int], ...]


def read(raw: RawOp) -> BlockAttrs:
    """Their attributes.

    Raises:
        InvalidModelError: If blocks and sides do not fit each other.
    """
    block, sides = raw.constant(1).reshape(-1), raw.constant(2)
    if sides.shape != (len(block), 2) or np.any(sides < 0) or np.any(block < 1):
        raise InvalidModelError(
            f"{raw.label}: expected blocks of at least 1, each with two sides of at "
            f"least 0, got {block.tolist()} and {sides.tolist()}"
        )
    pairs = tuple((int(before), int(after)) for before, after in sides)
    return BlockAttrs(tuple(block.tolist()), pairs)


def check(node: Node) -> None:
    """None is left where a convolution was dilated."""
    node.refuse("expected the dilation of a convolution of stride 1 and VALID padding")

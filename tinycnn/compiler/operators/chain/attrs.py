"""The chain of a node, and its steps."""

from __future__ import annotations

from tinycnn.compiler.ir.chain import Chain, Step, list_steps
from tinycnn.compiler.ir.node import Node

__all__ = ["chain_of", "steps_of"]


def chain_of(node: Node) -> Chain:
    """What the node consists of."""
    return node.attrs(Chain)


def steps_of(chain: Chain) -> list[Step]:
    """What it computes, in order."""
    rows = [link.rows for link in chain.links]
    height = chain.bands[0].tensor.shape[1]
    return list(list_steps(height, rows, arrives=chain.arrives))

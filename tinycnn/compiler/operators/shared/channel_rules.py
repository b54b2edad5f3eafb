"""Rules on channels that several operators name."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.ir.graph import Clamp
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.channels import (
    ChannelRules,
    ChannelValues,
    Integers,
    Known,
    Masks,
    Narrow,
    keep_all,
)

__all__ = [
    "KEEP_APART",
    "KEEP_FIRST_APART",
    "keep_apart",
    "keep_first_apart",
    "settle",
    "shared_values",
]

_SLACK = 4  # accumulator steps


def keep_apart(node: Node, known: Known) -> Narrow:
    """Each channel of the output is made of the same channel of all inputs."""
    if all(i in known for i in node.op.inputs):
        return _keep_same(node, node.op.inputs)
    return keep_all(node, known)


def keep_first_apart(node: Node, known: Known) -> Narrow:
    """The same of the activations among the inputs; the others are options."""
    return _keep_same(node, tuple(i for i in node.op.inputs if i in known))


def _keep_same(node: Node, inputs: tuple[int, ...]) -> Narrow:
    y, tensors = node.output(), node.graph.tensors
    if any(tensors[i].shape[-1:] != y.shape[-1:] for i in inputs):
        return keep_all(node)

    def narrow(masks: Masks) -> None:
        ids = (*inputs, y.id)
        shared = np.all([masks[i] for i in ids], axis=0)
        for i in ids:
            masks[i] &= shared

    return narrow


KEEP_APART = ChannelRules(find_needs=keep_apart)
KEEP_FIRST_APART = ChannelRules(find_needs=keep_first_apart)


def settle(
    node: Node,
    sums: ChannelValues | Integers,
    reals: ChannelValues,
    clamp: Clamp = (-128, 127),
) -> ChannelValues:
    """The outputs for accumulators `sums`; NaN where roundings may differ.

    No rounding that a reference uses is off by as much as `_SLACK` accumulator steps.
    """
    zero_point = node.output().zero_point
    low, high = (
        np.clip(np.floor((sums + slack) * reals + 0.5) + zero_point, *clamp)
        for slack in (-_SLACK, _SLACK)
    )
    return np.where(low == high, low, np.nan)


def shared_values(rows: ChannelValues) -> ChannelValues:
    """Values that all rows share; NaN where they differ."""
    return np.where(np.all(rows == rows[0], axis=0), rows[0], np.nan)

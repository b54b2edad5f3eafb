"""Pooling keeps channels apart, and constants but for the clamp."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.pool.rules import PoolAttrs
from tinycnn.compiler.operators.shared.channel_rules import keep_first_apart
from tinycnn.compiler.operators.shared.channels import (
    ChannelRules,
    ChannelValues,
    Known,
)

__all__ = ["CHANNELS"]


def _find_constant(node: Node, known: Known) -> ChannelValues:
    return np.clip(known[node.input().id], *node.attrs(PoolAttrs).clamp)


CHANNELS = ChannelRules(_find_constant, keep_first_apart)

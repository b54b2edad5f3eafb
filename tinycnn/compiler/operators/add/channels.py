"""ADD keeps channels apart; the sum of two constants is one."""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.add.rules import LEFT_SHIFT
from tinycnn.compiler.operators.shared.channel_rules import keep_apart, settle
from tinycnn.compiler.operators.shared.channels import (
    ChannelRules,
    ChannelValues,
    Known,
    unknown,
)

__all__ = ["CHANNELS"]


def _find_constant(node: Node, known: Known) -> ChannelValues:
    a, b, y = node.input(0), node.input(1), node.output()
    if not (a.shape == b.shape == y.shape and a.id in known and b.id in known):
        return unknown(node)
    unit = 2 * max(a.scale, b.scale) / (1 << LEFT_SHIFT)
    sums = (
        a.scale * (known[a.id] - a.zero_point) + b.scale * (known[b.id] - b.zero_point)
    ) / unit
    clamp = node.attrs(ClampedAttrs).clamp
    return settle(node, sums, np.array(unit / y.scale), clamp)


CHANNELS = ChannelRules(_find_constant, keep_apart)

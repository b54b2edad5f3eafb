"""The portable kernel of an operator, as one choice among others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.pool.rules import PoolAttrs

__all__ = ["portable"]

# Cycles for each multiply-accumulate or pixel of a window, and for each element of the
# output.
_CYCLES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "ADD": (0, 60),
        "AVERAGE_POOL_2D": (10, 60),
        "CONV_2D": (11, 60),
        "DEPTHWISE_CONV_2D": (20, 60),
        "FULLY_CONNECTED": (8, 60),
        "MAX_POOL_2D": (10, 40),
        "MEAN": (0, 200),
        "MOVE": (0, 1),
        "SOFTMAX": (0, 250),
        "SUB": (0, 60),
        "TRANSPOSE_CONV": (20, 60),
    }
)
_ELEMENTWISE = (0, 20)


def portable(node: Node) -> Kernel:
    """The kernel that every operator has; it needs no scratch memory."""
    operator, tensors = OPERATORS[node.op.kind], node.graph.tensors
    per_step, per_output = _CYCLES.get(node.op.kind, _ELEMENTWISE)
    outputs = sum(tensors[i].size for i in node.op.outputs)
    steps = operator.count_macs(node)
    if isinstance(node.op.attrs, PoolAttrs):
        steps = outputs * math.prod(node.op.attrs.window)
    constants = (tensors[i] for i in node.op.inputs if i >= 0)
    return Kernel(
        function="portable kernel",
        cycles=int(per_step * steps + per_output * outputs),
        constant_bytes=sum(t.bytes for t in constants if t.data is not None),
        scratch_bytes=0,
        lower=operator.lower,
    )

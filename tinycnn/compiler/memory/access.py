"""What each kernel reads, in the order of its loops: the facts that prove a plan.

In: a node. Out: for each of its inputs, chunks of element numbers with the moment at
which each is read. The clock counts output elements: a read for output element j
happens at moment j, just before that element is written.
"""

from __future__ import annotations

import numpy as np

from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.memory.overlap import has_many_reads
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.shared.memory_order import Reads

__all__ = ["list_reads"]


def list_reads(node: Node, number: int) -> Reads:
    """Elements of an input and the moments of their reads.

    An operator that does not say reads everything after its last write: nothing of its
    input may be overwritten.
    """
    x, order = node.input(number), OPERATORS[node.op.kind].order
    if order is None or len(node.op.outputs) > 1 or has_many_reads(node):
        outputs = (node.output(i) for i in range(len(node.op.outputs)))
        late = max(output.size for output in outputs)
        return iter([(np.arange(x.size), np.full(x.size, late))])
    return order.reads(node, x)

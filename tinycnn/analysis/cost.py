"""What each operator costs: parameters, multiply-accumulates, bytes.

Counted from the graph alone, before any C exists. A MAC is one multiplication of an
input by a weight; operators without weights count none.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS

__all__ = ["OpCost", "count_costs"]


@dataclass(frozen=True, slots=True)
class OpCost:
    """The cost of one operator.

    Attributes:
        index: The operator's number in the file.
        kind: The TFLite operator.
        input_shape: Shape of its first activation.
        output_shape: Shape of its first output.
        parameters: Weights, biases and constant operands.
        macs: Multiply-accumulates of one inference.
        constant_bytes: Weights, biases and constant operands in flash.
        activation_bytes: Bytes of its activations, inputs and outputs.
    """

    index: int
    kind: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    parameters: int
    macs: int
    constant_bytes: int
    activation_bytes: int


def count_costs(graph: Graph) -> tuple[OpCost, ...]:
    """The cost of every operator of `graph`, in execution order."""
    return tuple(_count(Node(graph, op)) for op in graph.ops)


def _count(node: Node) -> OpCost:
    op, tensors = node.op, node.graph.tensors
    inputs = {number: tensors[i] for number, i in enumerate(op.inputs) if i >= 0}
    activations = [t for t in inputs.values() if t.data is None]
    macs = OPERATORS[op.kind].count_macs(node)
    constants = [
        t
        for number, t in inputs.items()
        if t.data is not None and (t.dtype == "int8" or (macs and number > 1))
    ]
    return OpCost(
        index=op.index,
        kind=op.kind,
        input_shape=(activations or [tensors[op.inputs[0]]])[0].shape,
        output_shape=node.output().shape,
        parameters=sum(t.size for t in constants),
        macs=macs,
        constant_bytes=sum(t.bytes for t in constants),
        activation_bytes=sum(t.bytes for t in activations)
        + sum(tensors[i].bytes for i in op.outputs),
    )

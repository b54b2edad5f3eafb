"""What each operator costs: parameters, multiply-accumulates, bytes.

Counted from the graph alone, before any C exists. A MAC is one multiplication of an
input by a weight; operators without weights count none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinycnn.compiler.graph import Graph, Op, OpKind

__all__ = ["OpCost", "count_costs"]


@dataclass(frozen=True, slots=True)
class OpCost:
    """The cost of one operator.

    Attributes:
        index: The operator's number in the file.
        kind: The TFLite operator.
        input_shape: Shape of its first input.
        output_shape: Shape of its output.
        parameters: Weights and biases.
        macs: Multiply-accumulates of one inference.
        constant_bytes: Weights and biases in flash.
        activation_bytes: Bytes of its activations, inputs and output.
    """

    index: int
    kind: OpKind
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    parameters: int
    macs: int
    constant_bytes: int
    activation_bytes: int


def count_costs(graph: Graph) -> tuple[OpCost, ...]:
    """The cost of every operator of `graph`, in execution order."""
    return tuple(_count(graph, op) for op in graph.ops)


def _count(graph: Graph, op: Op) -> OpCost:
    inputs = [graph.tensors[i] for i in op.inputs if i >= 0]
    output = graph.tensors[op.outputs[0]]
    weighted = op.kind in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
    constants = [t for t in inputs[1:] if t.data is not None] if weighted else []
    return OpCost(
        index=op.index,
        kind=op.kind,
        input_shape=inputs[0].shape,
        output_shape=output.shape,
        parameters=sum(t.size for t in constants),
        macs=_count_macs(op, graph) if weighted else 0,
        constant_bytes=sum(t.bytes for t in constants),
        activation_bytes=sum(t.bytes for t in (*inputs, output) if t.data is None),
    )


def _count_macs(op: Op, graph: Graph) -> int:
    output, weights = graph.tensors[op.outputs[0]], graph.tensors[op.inputs[1]]
    if op.kind == "DEPTHWISE_CONV_2D":
        return output.size * math.prod(weights.shape[1:3])
    return output.size * math.prod(weights.shape[1:])

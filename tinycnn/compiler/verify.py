"""What every graph must satisfy, checked after import and after each pass.

In: a graph. Out: nothing, or an error naming operator, index and tensor. Each
operator's own rules compute shapes again and compare them with those declared; types
and quantization of every edge are those that the C kernels expect.
"""

from __future__ import annotations

from tinycnn.compiler.graph import Graph
from tinycnn.compiler.operators import OPERATORS, Node
from tinycnn.errors import InvalidModelError, UnsupportedModelError

__all__ = ["verify"]


def verify(graph: Graph) -> None:
    """Check that `graph` is consistent and can be compiled.

    Raises:
        InvalidModelError: If ids, order, shapes or types contradict each other.
        UnsupportedModelError: If an option is outside what the kernels compute.
    """
    _check_order(graph)
    for op in graph.ops:
        OPERATORS[op.kind].check(Node(graph, op))


def _check_order(graph: Graph) -> None:
    """Each tensor is written once, before it is read; constants are never written."""
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise UnsupportedModelError(
            f"model: expected one input and one output, got {len(graph.inputs)} and "
            f"{len(graph.outputs)}"
        )
    constants = {t.id for t in graph.tensors if t.data is not None}
    ready = set(graph.inputs) | constants
    if constants & set(graph.inputs):
        raise InvalidModelError("graph inputs: expected activations, got a constant")
    for op in graph.ops:
        node = Node(graph, op)
        for tensor_id in op.inputs:
            if tensor_id >= 0 and tensor_id not in ready:
                name = graph.tensors[tensor_id].name
                node.invalid(
                    f"input tensor {tensor_id} ('{name}') is read before it is written"
                )
        if ready & set(op.outputs):
            node.invalid("output tensor is written twice")
        ready |= set(op.outputs)
    if not set(graph.outputs) <= ready - constants - set(graph.inputs):
        raise InvalidModelError(
            "graph outputs: expected tensors that an operator writes"
        )

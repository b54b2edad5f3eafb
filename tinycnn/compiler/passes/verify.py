"""What every graph must satisfy, checked after import and after each pass.

In: a graph. Out: nothing, or an error naming operator, index and tensor. Each
operator's own rules compute shapes again and compare them with those declared; types
and quantization of every edge are those that the C kernels expect.
"""

from __future__ import annotations

from collections.abc import Sequence

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import Graph, Op, Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators import OPERATORS
from tinycnn.errors import InvalidModelError, UnsupportedModelError

__all__ = ["verify", "verify_numerics", "verify_sizes"]

MAX_BORDER_TENSORS = 8  # TCNN_MAX_TENSORS of tcnn.h
# Bounds of the compiler's own time and memory, far above what a microcontroller holds.
MAX_CONSTANTS = 32 << 20  # elements that all operators read together
MAX_ACTIVATIONS = 32 << 20  # elements that all operators write together
MAX_SCALES = 1 << 17


def verify(graph: Graph) -> None:
    """Check that `graph` is consistent and can be compiled.

    Raises:
        InvalidModelError: If ids, order, shapes or types contradict each other.
        UnsupportedModelError: If an option is outside what the kernels compute.
    """
    _check_order(graph)
    verify_sizes(graph.tensors, graph.ops)
    for op in graph.ops:
        OPERATORS[op.kind].check(Node(graph, op))


def verify_numerics(graph: Graph, numerics: Numerics) -> None:
    """Check that the reference to equal has every operator of a file, and has it right.

    Raises:
        UnsupportedModelError: If it has not.
    """
    for op in graph.ops:
        OPERATORS[op.kind].check_numerics(Node(graph, op), numerics)


def _check_order(graph: Graph) -> None:
    """Each tensor is written once, before it is read; constants are never written."""
    for name, ids in (("inputs", graph.inputs), ("outputs", graph.outputs)):
        if not 1 <= len(set(ids)) == len(ids) <= MAX_BORDER_TENSORS:
            raise UnsupportedModelError(
                f"graph {name}: expected 1 to {MAX_BORDER_TENSORS} different tensors, "
                f"got {list(ids[:16])}"
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
        if ready & set(op.outputs) or len(set(op.outputs)) < len(op.outputs):
            node.invalid("output tensor is written twice")
        ready |= set(op.outputs)
    _check_border(graph)
    if not set(graph.outputs) <= ready - constants - set(graph.inputs):
        raise InvalidModelError(
            "graph outputs: expected tensors that an operator writes"
        )


def verify_sizes(tensors: Sequence[Tensor], ops: Sequence[Op | RawOp]) -> None:
    """Check that no operators together ask for much by sharing a few tensors.

    Raises:
        UnsupportedModelError: If they do.
    """
    read = [tensors[i] for op in ops for i in op.inputs if i >= 0]
    constants = [t for t in read if t.data is not None]
    written = (tensors[i].size for op in ops for i in op.outputs)
    scales = (len(t.quant.scale) for t in constants if t.quant is not None)
    for what, count, most in (
        ("elements of constants", sum(t.size for t in constants), MAX_CONSTANTS),
        ("elements of activations", sum(written), MAX_ACTIVATIONS),
        ("scales of constants", sum(scales), MAX_SCALES),
    ):
        if count > most:
            raise UnsupportedModelError(
                f"model: expected at most {most:,} {what} over all operators, got "
                f"{count:,}"
            )


def _check_border(graph: Graph) -> None:
    """What crosses the border is of a type that a `tcnn_tensor_t` can describe."""
    for tensor in (graph.tensors[i] for i in (*graph.inputs, *graph.outputs)):
        is_byte = tensor.dtype in ("int8", "uint8")
        is_quantized = tensor.quant is not None and len(tensor.quant.scale) == 1
        is_place = tensor.id in graph.outputs and tensor.dtype in ("int32", "int64")
        if not (tensor.dtype == "float32" or (is_byte and is_quantized) or is_place):
            raise UnsupportedModelError(
                f"tensor {tensor.id} ('{tensor.name}'): expected float32, or int8 or "
                f"uint8 of one scale, at the model's border, got {tensor.dtype}",
                hint="convert the model with int8, uint8 or float32 inputs and outputs",
            )

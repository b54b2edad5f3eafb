"""Layers that were zero for all images of calibration, and that nobody listens to.

The converter gives their output a tiny scale, and the reference shifts their sums out
of 32 bits: what comes of that is not defined. Where those that read it come to the same
whatever it is, it may as well be zero. Run on import: such sums are refused.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinycnn.compiler.arithmetic.numerics import (
    quantize_multiplier,
    requantize,
    round_half_away,
)
from tinycnn.compiler.ir.graph import Graph, Op, Tensor
from tinycnn.compiler.ir.node import Node, is_dead
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.shared.weights import (
    largest_shifted_sum,
    real_multipliers,
    sum_ranges,
)

__all__ = ["silence_dead_layers"]


def silence_dead_layers(graph: Graph) -> Graph:
    """`graph` with weights and biases of 0 for such layers."""
    for step, op in enumerate(graph.ops):
        if _is_beyond(Node(graph, op)) and _is_unheard(graph, op.outputs[0]):
            ops = list(graph.ops)
            tensors, ops[step] = _silence(graph, op)
            graph = replace(graph, ops=tuple(ops), tensors=tensors)
    return graph


def _is_beyond(node: Node) -> bool:
    """Whether sums of a dead layer are shifted out of 32 bits."""
    axis = _find_axis(node)
    return (
        axis is not None
        and is_dead(node.output())
        and largest_shifted_sum(node, axis) >= 2**31
    )


def _find_axis(node: Node) -> int | None:
    """The output channels of its weights, if they are constants; None without."""
    axis = OPERATORS[node.op.kind].weights_axis
    if axis is None or len(node.op.inputs) < 2 or node.op.inputs[1] < 0:
        return None
    w, bias = node.input(1), node.optional_input(2)
    is_whole = (
        w.data is not None
        and w.dtype == "int8"
        and w.quant is not None
        and len(w.quant.scale) in (1, w.shape[axis])
        and (bias is None or (bias.data is not None and bias.size == w.shape[axis]))
    )
    grids = [node.input().quant, node.output().quant]
    return axis if is_whole and all(q and len(q.scale) == 1 for q in grids) else None


def _is_unheard(graph: Graph, tensor: int) -> bool:
    """Whether all that read it come to the same for any numbers in it."""
    if tensor in graph.outputs:
        return False
    for op in graph.ops:
        if tensor not in op.inputs:
            continue
        is_same = OPERATORS[op.kind].is_alias and op.inputs[0] == tensor
        heard = not _is_deaf(Node(graph, op), tensor)
        if is_same and not _is_unheard(graph, op.outputs[0]):
            return False
        if heard and not is_same:
            return False
    return True


def _is_deaf(node: Node, tensor: int) -> bool:
    """Whether any reference rounds all its sums to the same."""
    axis = _find_axis(node)
    if axis is None or node.op.inputs[0] != tensor:
        return False
    low, high = (ends.tolist() for ends in sum_ranges(node, axis))
    reals = np.broadcast_to(real_multipliers(node), len(low)).tolist()
    return all(
        abs(first) < 2**31 > abs(last)
        and round_half_away(first * real) == round_half_away(last * real)
        and requantize(first, quantize_multiplier(real))
        == requantize(last, quantize_multiplier(real))
        for first, last, real in zip(low, high, reals, strict=True)
    )


def _silence(graph: Graph, op: Op) -> tuple[tuple[Tensor, ...], Op]:
    tensors, inputs = list(graph.tensors), list(op.inputs)
    for number, i in enumerate(inputs[1:3], 1):
        if i >= 0:
            data = tensors[i].data
            assert data is not None
            silent = replace(tensors[i], id=len(tensors), data=np.zeros_like(data))
            tensors.append(silent)
            inputs[number] = silent.id
    return tuple(tensors), replace(op, inputs=tuple(inputs))

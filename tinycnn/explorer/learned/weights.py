"""How the weights of each layer are spread: in real numbers, in int8, in three values.

A project keeps the real numbers that its weights were rounded from. They are shown only
if rounding them gives the file's own bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Graph, Op, Tensor
from tinycnn.errors import TinycnnError
from tinycnn.explorer.exhibit import Exhibit
from tinycnn.explorer.learned.real.layer import to_real
from tinycnn.explorer.learned.real.rules import LINEAR
from tinycnn.explorer.learned.ternary import round_to_three

__all__ = ["describe_weights", "match_floats"]

_BARS = 63  # of a histogram; odd, so that zero has one
_MOST_LAYERS = 24
_EQUAL = 0.999  # share of weights that must round to the file's


def describe_weights(exhibit: Exhibit, graph: Graph) -> list[dict[str, Any]]:
    """Histograms of each layer with weights, in the order of the file."""
    ops = [op for op in graph.ops if op.kind in LINEAR][:_MOST_LAYERS]
    floats = list(
        match_floats(_read_floats(exhibit), [_weights(graph, op) for op in ops])
    )
    return [_describe(graph, op, real) for op, real in zip(ops, floats, strict=True)]


def _weights(graph: Graph, op: Op) -> Tensor:
    return graph.tensors[op.inputs[1]]


def _describe(graph: Graph, op: Op, real: NDArray[np.float64] | None) -> dict[str, Any]:
    tensor = _weights(graph, op)
    assert tensor.data is not None
    is_last = op.kind == "DEPTHWISE_CONV_2D"
    held = _outputs_last(to_real(tensor, tensor.data), is_last=is_last)
    three = round_to_three(held)
    reach = float(max(np.abs(a).max() for a in (held, three, real) if a is not None))
    kinds = {"float": real, "int8": held, "ternary": three}
    counts = {
        name: None if values is None else _count(values, reach)
        for name, values in kinds.items()
    }
    return {
        "tensor": f"t{op.outputs[0]}",
        "reach": reach,
        "zeros": float((three == 0).mean()),
        **counts,
    }


def _outputs_last(weights: NDArray[Any], *, is_last: bool) -> NDArray[Any]:
    """A matrix with a column an output, from where the file has them."""
    if is_last:
        return weights.reshape(-1, weights.shape[-1])
    return weights.reshape(len(weights), -1).T


def _count(values: NDArray[Any], reach: float) -> list[int]:
    span = (-(reach or 1.0), reach or 1.0)
    return [int(n) for n in np.histogram(values, _BARS, span)[0]]


def _read_floats(exhibit: Exhibit) -> list[NDArray[np.float32]]:
    """What a project's weights were rounded from; nothing of a lone file."""
    if exhibit.made is None or not exhibit.made.build.twin_weights.is_file():
        return []
    from tinycnn.training.weights import read_weights

    try:
        found = read_weights(exhibit.made.build.twin_weights)
    except TinycnnError:
        return []  # it is read again by whoever needs it, and told then
    return [array for array in found if array.ndim > 1]


def match_floats(
    floats: list[NDArray[np.float32]], weights: list[Tensor]
) -> Iterator[NDArray[np.float64] | None]:
    """Of each layer the real numbers that round to it; None without."""
    left = list(floats)
    for tensor in weights:
        at = next((i for i, a in enumerate(left) if _rounds_to(a, tensor)), None)
        yield None if at is None else left.pop(at).astype(np.float64)


def _rounds_to(real: NDArray[np.float32], tensor: Tensor) -> bool:
    """Whether Keras' weights, outputs last, become those of a file."""
    data, quant = tensor.data, tensor.quant
    if data is None or quant is None or real.size != data.size:
        return False
    is_last = data.ndim == 4 and quant.axis == 3  # of a depthwise convolution
    held = _outputs_last(data, is_last=is_last)
    if not is_last and real.shape[-1] != held.shape[-1]:
        return False
    steps = np.rint(real.reshape(held.shape) / np.array(quant.scale))
    return bool((steps == held).mean() >= _EQUAL)

"""What the first convolution's weights stand for."""

from __future__ import annotations

from typing import Any

from tinycnn.compiler import Graph
from tinycnn.explorer.learned.patches import find_layers

__all__ = ["describe_filters"]


def describe_filters(graph: Graph) -> dict[str, Any] | None:
    """Which tensor it writes, and its weights' scales by channel; None without one.

    The weights themselves are in the module.
    """
    for tensor in find_layers(graph):
        op = next(op for op in graph.ops if tensor in op.outputs)
        quant = graph.tensors[op.inputs[1]].quant
        if quant is None:
            continue
        channels = graph.tensors[tensor].shape[-1]
        scales = [float(s) for s in quant.scale]
        return {
            "tensor": f"t{tensor}",
            "scales": scales if len(scales) == channels else scales[:1] * channels,
        }
    return None

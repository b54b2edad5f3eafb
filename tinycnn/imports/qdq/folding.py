"""What is computed of constants alone, while the graph is translated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tinycnn.imports.qdq.reading import Node
from tinycnn.imports.qdq.values import Known, Steps

__all__ = ["dequantize", "fold"]

_PLACES = ("Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze", "Flatten")


def dequantize(node: Node, known: Mapping[str, Known]) -> Known:
    """The real numbers of constant integers, which are kept."""
    integers, scale = (known[name].values for name in node.inputs[:2])
    has_zero = len(node.inputs) > 2 and node.inputs[2]
    point = known[node.inputs[2]].values if has_zero else np.zeros_like(scale)
    scales = np.ravel(scale).astype(np.float32)
    points = np.ravel(point).astype(np.int64)
    points = np.broadcast_to(points, scales.shape)
    axis = node.settings.get("axis", 1)
    if np.ndim(scale) > 1 or node.settings.get("block_size"):
        node.refuse("expected one scale, or one for each index of an axis")
    form = [1] * integers.ndim
    if len(scales) > 1:
        axis %= max(integers.ndim, 1)
        form[axis] = len(scales)
    shifted = integers.astype(np.int64) - points.reshape(form)
    values = shifted.astype(np.float32) * scales.reshape(form)
    return Known(values, Steps(integers, scales, points, axis))


def fold(node: Node, known: Mapping[str, Known], opset: int) -> dict[str, Known]:
    """The outputs of a node whose inputs are constants, by the package onnx."""
    inputs = {name: known[name] for name in node.inputs if name}
    values = _evaluate(node, {n: k.values for n, k in inputs.items()}, opset)
    first = inputs.get(node.inputs[0]) if node.inputs else None
    if first is None or first.steps is None or node.kind not in _PLACES:
        return {name: Known(np.asarray(value)) for name, value in values.items()}
    steps, axis = first.steps, first.steps.axis
    if len(steps.scales) > 1:
        if node.kind != "Transpose":
            return {name: Known(np.asarray(value)) for name, value in values.items()}
        order = node.settings.get("perm", range(steps.integers.ndim)[::-1])
        axis = [*order].index(axis)
    own = {n: k.values for n, k in inputs.items()} | {node.inputs[0]: steps.integers}
    moved = _evaluate(node, own, opset)
    return {
        name: Known(
            np.asarray(value),
            Steps(np.asarray(moved[name]), steps.scales, steps.zero_points, axis),
        )
        for name, value in values.items()
    }


def _evaluate(node: Node, inputs: Mapping[str, Any], opset: int) -> dict[str, Any]:
    from onnx import TensorProto, helper
    from onnx.reference import ReferenceEvaluator

    if "." in node.kind:
        node.refuse("an operator of another domain, on constants")
    made = helper.make_node(
        node.kind, list(node.inputs), list(node.outputs), **_attributes(node)
    )
    types = {n: helper.np_dtype_to_tensor_dtype(v.dtype) for n, v in inputs.items()}
    graph = helper.make_graph(
        [made],
        "constants",
        [helper.make_tensor_value_info(n, t, None) for n, t in types.items()],
        [
            helper.make_tensor_value_info(n, TensorProto.FLOAT, None)
            for n in node.outputs
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    try:
        results = ReferenceEvaluator(model).run(None, dict(inputs))
    except Exception as error:  # whatever its many operators raise
        node.refuse(f"cannot be computed from constants: {error}")
    return dict(zip(node.outputs, results, strict=True))


def _attributes(node: Node) -> dict[str, Any]:
    from onnx import numpy_helper

    return {
        key: numpy_helper.from_array(value) if isinstance(value, np.ndarray) else value
        for key, value in node.settings.items()
    }

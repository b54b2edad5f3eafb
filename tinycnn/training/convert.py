"""Writes a fake-quantized twin as a full int8 `.tflite`.

In: a twin with its ranges. Out: the bytes of the file: int8 in and out, batch 1, one
operator for each layer of the twin, with the twin's grids and integer weights. Tensors
are named after the layers that they belong to, weights `layer/kernel`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinycnn.models.layer_graph import node_of
from tinycnn.training.grids import FakeQuantize
from tinycnn.training.layers import FakeQuantLinear, FakeQuantOperator
from tinycnn.training.tflite_file import TfliteFile

__all__ = ["convert_model"]

_INPUT_NAME = "image"
_PADDINGS = {"same": 0, "valid": 1}  # as TFLite numbers them
_ACTIVATIONS = {"linear": 0, "relu": 1, "relu6": 3, "clip": 0}  # grids clip


def convert_model(twin: Any) -> bytes:
    """The int8 `.tflite` of `twin`."""
    file = TfliteFile()
    tensors = _in_order(twin)
    input_grids = {
        id(node_of(tensor).input_tensors[0]): tensor._keras_history.operation
        for tensor in tensors
        if isinstance(tensor._keras_history.operation, FakeQuantize)
    }
    numbers: dict[int, int] = {}
    for image in twin.inputs:
        name = image._keras_history.operation.name
        numbers[id(image)] = file.tensor(
            name if len(twin.inputs) > 1 else _INPUT_NAME,
            (1, *image.shape[1:]),
            input_grids[id(image)].quantization(),
        )
    for tensor in tensors:
        node = node_of(tensor)
        if id(tensor) in numbers:
            continue
        layer, sources = node.operation, [numbers[id(t)] for t in node.input_tensors]
        if isinstance(layer, FakeQuantize):
            numbers[id(tensor)] = sources[0]
            continue
        number = file.tensor(
            layer.name, (1, *tensor.shape[1:]), layer.output_quantization()
        )
        numbers[id(tensor)] = number
        write = _write_linear if isinstance(layer, FakeQuantLinear) else _write_operator
        write(file, layer, sources, number)
    return file.content(
        [numbers[id(tensor)] for tensor in twin.inputs],
        [numbers[id(tensor)] for tensor in twin.outputs],
    )


def _in_order(twin: Any) -> list[Any]:
    """The tensors of `twin` in the order in which Keras computes them."""
    depths = sorted(twin._nodes_by_depth, reverse=True)
    nodes = [node for depth in depths for node in twin._nodes_by_depth[depth]]
    return [tensor for node in nodes for tensor in node.outputs]


def _write_linear(
    file: TfliteFile, layer: FakeQuantLinear, sources: list[int], number: int
) -> None:
    step = layer.step
    integers, scale = layer.quantized_kernel()
    bias, bias_scale = layer.quantized_bias()
    kernel = file.constant(
        f"{layer.name}/kernel",
        _in_tflite_order(integers, step.kind).astype(np.int8),
        scale.ravel(),
        axis=3 if step.kind == "depthwise" else 0,
    )
    biases = file.constant(f"{layer.name}/bias", bias.astype(np.int32), bias_scale)
    window = {
        "padding": _PADDINGS[step.padding],
        "strideH": step.strides[0],
        "strideW": step.strides[1],
        "fusedActivationFunction": _ACTIVATIONS[step.activation],
    }
    dilation = {
        "dilationHFactor": step.dilation[0],
        "dilationWFactor": step.dilation[1],
    }
    inputs = [*sources, kernel, biases]
    if step.kind == "dense":
        options = {
            "fusedActivationFunction": _ACTIVATIONS[step.activation],
            "keepNumDims": len(file.shape(number)) > 2,
        }
        file.operator("FULLY_CONNECTED", inputs, number, options)
    elif step.kind == "depthwise":
        options = {**window, **dilation, "depthMultiplier": step.kernel.shape[3]}
        file.operator("DEPTHWISE_CONV_2D", inputs, number, options)
    elif step.kind == "conv":
        file.operator("CONV_2D", inputs, number, {**window, **dilation})
    else:
        shape = np.array(file.shape(number), np.int32)
        size = file.constant(f"{layer.name}/shape", shape)
        file.operator(
            "TRANSPOSE_CONV", [size, kernel, *sources, biases], number, window
        )


def _in_tflite_order(kernel: np.ndarray, kind: str) -> np.ndarray:
    """Output channels first, but last in depthwise convolutions."""
    if kind == "depthwise":
        return kernel.reshape(1, *kernel.shape[:2], -1)
    return np.moveaxis(kernel, 2 if kind == "transpose" else -1, 0)


def _write_operator(
    file: TfliteFile, layer: FakeQuantOperator, sources: list[int], number: int
) -> None:
    step, inputs = layer.step, list(sources)
    operator = step.operator
    for i, constant in enumerate(step.constants):
        integers, scale, zero_point = layer.quantized_constant(i)
        name = f"{layer.name}/constant"
        known = file.constant(name, integers, np.array([scale]), zero_point=zero_point)
        inputs.insert(constant.position, known)
    for role, values in operator.parameters.items():
        inputs.append(file.constant(f"{layer.name}/{role}", values))
    options = dict(operator.options)
    if operator.can_fuse:
        options["fusedActivationFunction"] = _ACTIVATIONS[step.activation]
    file.operator(operator.code, inputs, number, options)

"""The same model in TFLite's own floats, which our real numbers must equal."""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

__all__ = ["run_in_floats", "widen"]

_WIDER = 50.0
_RELU = 1
_NAMES = {code: name for name, code in vars(schema.BuiltinOperator).items()}
_WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


def widen(model: bytes) -> bytes:
    """The model with ranges that nothing leaves, but for inputs and shares."""
    found = schema.ModelT.InitFromPackedBuf(model)
    graph = found.subgraphs[0]
    for op in found.subgraphs[0].operators:
        tensor = graph.tensors[op.outputs[0]]
        if _kind(found, op) not in ("SOFTMAX", "LOGISTIC"):
            tensor.quantization.scale = tensor.quantization.scale * _WIDER
    return _pack(found)


def run_in_floats(model: bytes, images: NDArray[np.float32]) -> dict[int, Any]:
    """All that TFLite's reference kernels compute, by tensor, a row an image."""
    found = schema.ModelT.InitFromPackedBuf(model)
    graph = found.subgraphs[0]
    for op in graph.operators:
        _make_real(found, op)
    for tensor in graph.tensors:
        if tensor.type == schema.TensorType.INT8:
            _fill(found, tensor, _reals(found, tensor))
    written = [op.outputs[0] for op in graph.operators]
    graph.outputs = np.array(written, np.int32)
    run = litert.Interpreter(
        model_content=_pack(found),
        num_threads=1,
        experimental_op_resolver_type=litert.OpResolverType.BUILTIN_REF,
    )
    run.allocate_tensors()
    rows: dict[int, list[Any]] = {int(t): [] for t in written}
    for image in images:
        run.set_tensor(graph.inputs[0], image[None])
        run.invoke()
        for tensor, details in zip(written, run.get_output_details(), strict=True):
            rows[int(tensor)].append(run.get_tensor(details["index"])[0])
    return {tensor: np.stack(values) for tensor, values in rows.items()}


def _make_real(model: Any, op: Any) -> None:
    """Its bias by the scales of what it is added to; below -128 there is nothing."""
    tensors, kind = model.subgraphs[0].tensors, _kind(model, op)
    if kind not in _WEIGHTED:
        return
    x, weights, *more = (tensors[i] for i in op.inputs)
    if tensors[op.outputs[0]].quantization.zeroPoint[0] == -128:
        op.builtinOptions.fusedActivationFunction = _RELU
    for bias in more:
        scale = x.quantization.scale * weights.quantization.scale
        _fill(model, bias, _held(model, bias, np.int32) * scale)


def _reals(model: Any, tensor: Any) -> Any:
    """What a constant stands for; nothing of an activation."""
    held = _held(model, tensor, np.int8)
    if held is None:
        return None
    scale = tensor.quantization.scale
    shape = [1] * held.ndim
    shape[tensor.quantization.quantizedDimension] = -1
    return held * (scale.reshape(shape) if len(scale) > 1 else scale)


def _held(model: Any, tensor: Any, dtype: Any) -> Any:
    data = model.buffers[tensor.buffer].data
    if data is None or not len(data):
        return None
    return np.asarray(data, np.uint8).view(dtype).reshape(tensor.shape)


def _fill(model: Any, tensor: Any, values: Any) -> None:
    tensor.type, tensor.quantization = schema.TensorType.FLOAT32, None
    if values is not None:
        flat = np.ascontiguousarray(values, np.float32).reshape(-1)
        model.buffers[tensor.buffer].data = flat.view(np.uint8)


def _kind(model: Any, op: Any) -> str:
    return str(_NAMES[model.operatorCodes[op.opcodeIndex].builtinCode])


def _pack(model: Any) -> bytes:
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())

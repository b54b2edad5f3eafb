"""A `.tflite` file, tensor by tensor and operator by operator.

The layout is that of `tflite/schema/schema.fbs`. Buffers keep the 16-byte alignment
that it asks for; constants of the same bytes share one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

__all__ = ["TfliteFile"]

_BUFFER_ALIGNMENT = 16
_SCHEMA_VERSION = 3
_TYPES = {
    "int8": schema.TensorType.INT8,
    "int32": schema.TensorType.INT32,
}
# The version of the schema's operators that their int8 kernels came with; 2 otherwise.
_VERSIONS = {
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3,
    "TRANSPOSE_CONV": 3,
    "FULLY_CONNECTED": 4,
    "RESHAPE": 1,
    "ELU": 1,
    "EXP": 2,
    "GELU": 2,
    "HARD_SWISH": 1,
    "PRELU": 1,
    "QUANTIZE": 2,
    "RESIZE_BILINEAR": 3,
    "RESIZE_NEAREST_NEIGHBOR": 3,
    "TILE": 1,
    "ABS": 2,
}
# Operators whose options are called otherwise, or that have none.
_OPTIONS = {
    "CONV_2D": "Conv2DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "MEAN": "ReducerOptions",
    "SUM": "ReducerOptions",
    "REDUCE_MAX": "ReducerOptions",
    "REDUCE_MIN": "ReducerOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "L2_NORMALIZATION": "L2NormOptions",
    "PADV2": "PadV2Options",
    "LOGISTIC": None,
    "TANH": None,
    "RELU": None,
    "RELU6": None,
    "ELU": None,
    "PRELU": None,
}


class TfliteFile:
    """What is in the file so far."""

    def __init__(self) -> None:
        self._tensors: list[Any] = []
        self._buffers: list[bytes] = [b""]  # the first is nothing's
        self._kinds: list[str] = []
        self._operators: list[Any] = []

    def tensor(
        self, name: str, shape: Sequence[int], quantization: tuple[float, int]
    ) -> int:
        """The number of a new int8 tensor with a scale and a zero point."""
        scale, zero_point = quantization
        return self._add(name, shape, "int8", np.array([scale]), zero_point, 0, 0)

    def constant(
        self,
        name: str,
        values: NDArray[Any],
        scale: NDArray[Any] | None = None,
        *,
        zero_point: int = 0,
        axis: int = 0,
    ) -> int:
        """The number of a new tensor of known values, int8 or int32.

        Args:
            name: Its name.
            values: What it holds.
            scale: One, or one for each index of `axis`; None of no real numbers.
            zero_point: That of all scales.
            axis: What scales belong to.
        """
        content = np.ascontiguousarray(values).tobytes()
        if content not in self._buffers:
            self._buffers.append(content)
        buffer = self._buffers.index(content)
        own_axis = axis if scale is not None and len(scale) > 1 else 0
        return self._add(
            name, values.shape, values.dtype.name, scale, zero_point, own_axis, buffer
        )

    def shape(self, number: int) -> tuple[int, ...]:
        """The shape of a tensor."""
        return tuple(self._tensors[number].shape)

    def operator(
        self,
        kind: str,
        inputs: Sequence[int],
        output: int,
        options: Mapping[str, Any],
    ) -> None:
        """Add an operator with options of the schema's names."""
        operator = schema.OperatorT()
        if kind not in self._kinds:
            self._kinds.append(kind)
        operator.opcodeIndex = self._kinds.index(kind)
        operator.inputs = np.array(inputs, np.int32)
        operator.outputs = np.array([output], np.int32)
        name = _OPTIONS.get(kind, f"{kind.title().replace('_', '')}Options")
        if name is not None:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, name)
            operator.builtinOptions = getattr(schema, f"{name}T")()
        for key, value in options.items():
            assert hasattr(operator.builtinOptions, key), f"{kind} has no {key}"
            setattr(operator.builtinOptions, key, value)
        self._operators.append(operator)

    def content(self, inputs: Sequence[int], outputs: Sequence[int]) -> bytes:
        """The file's bytes."""
        graph = schema.SubGraphT()
        graph.name = b"main"
        graph.tensors, graph.operators = self._tensors, self._operators
        graph.inputs = np.array(inputs, np.int32)
        graph.outputs = np.array(outputs, np.int32)
        model = schema.ModelT()
        model.version, model.description = _SCHEMA_VERSION, b"tinycnn"
        model.operatorCodes = [*map(_code, self._kinds)]
        model.subgraphs = [graph]
        model.buffers = [_AlignedBuffer(content) for content in self._buffers]
        builder = flatbuffers.Builder()
        builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())

    def _add(
        self,
        name: str,
        shape: Sequence[int],
        dtype: str,
        scale: NDArray[Any] | None,
        zero_point: int,
        axis: int,
        buffer: int,
    ) -> int:
        tensor = schema.TensorT()
        tensor.name, tensor.buffer = name.encode(), buffer
        tensor.shape = np.array(shape, np.int32)
        tensor.type = _TYPES[dtype]
        if scale is not None:
            quantization = schema.QuantizationParametersT()
            quantization.scale = np.asarray(scale, np.float32)
            quantization.zeroPoint = np.full(len(scale), zero_point, np.int64)
            quantization.quantizedDimension = axis
            tensor.quantization = quantization
        self._tensors.append(tensor)
        return len(self._tensors) - 1


def _code(kind: str) -> Any:
    number = getattr(schema.BuiltinOperator, kind)
    code = schema.OperatorCodeT()
    code.builtinCode = number
    code.deprecatedBuiltinCode = min(number, 127)  # old readers know no other
    code.version = _VERSIONS.get(kind, 2)
    return code


class _AlignedBuffer:
    """Packs like the schema's `BufferT`, which forgets the alignment."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def Pack(self, builder: Any) -> int:  # named by the schema
        size = len(self._content)
        if size:
            builder.StartVector(1, size, _BUFFER_ALIGNMENT)
            builder.head -= size
            builder.Bytes[builder.head : builder.head + size] = self._content
            vector = builder.EndVector()
        schema.BufferStart(builder)
        if size:
            schema.BufferAddData(builder, vector)
        return int(schema.BufferEnd(builder))

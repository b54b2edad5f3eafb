"""Builds `.tflite` files operator by operator, straight with the flatbuffer schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {
    "float32": schema.TensorType.FLOAT32,
    "int32": schema.TensorType.INT32,
    "int64": schema.TensorType.INT64,
    "uint8": schema.TensorType.UINT8,
    "int8": schema.TensorType.INT8,
}
CODES = vars(schema.BuiltinOperator)
OPTIONS = {
    "CONV_2D": ("Conv2DOptions", schema.Conv2DOptionsT),
    "DEPTHWISE_CONV_2D": ("DepthwiseConv2DOptions", schema.DepthwiseConv2DOptionsT),
    "FULLY_CONNECTED": ("FullyConnectedOptions", schema.FullyConnectedOptionsT),
    "MAX_POOL_2D": ("Pool2DOptions", schema.Pool2DOptionsT),
    "AVERAGE_POOL_2D": ("Pool2DOptions", schema.Pool2DOptionsT),
    "MEAN": ("ReducerOptions", schema.ReducerOptionsT),
    "ADD": ("AddOptions", schema.AddOptionsT),
    "PAD": ("PadOptions", schema.PadOptionsT),
    "RESHAPE": ("ReshapeOptions", schema.ReshapeOptionsT),
    "SOFTMAX": ("SoftmaxOptions", schema.SoftmaxOptionsT),
    "QUANTIZE": ("QuantizeOptions", schema.QuantizeOptionsT),
    "DEQUANTIZE": ("DequantizeOptions", schema.DequantizeOptionsT),
    "SUB": ("SubOptions", schema.SubOptionsT),
    "MUL": ("MulOptions", schema.MulOptionsT),
    "MAXIMUM": ("MaximumMinimumOptions", schema.MaximumMinimumOptionsT),
    "MINIMUM": ("MaximumMinimumOptions", schema.MaximumMinimumOptionsT),
    "ABS": ("AbsOptions", schema.AbsOptionsT),
    "GELU": ("GeluOptions", schema.GeluOptionsT),
    "EXP": ("ExpOptions", schema.ExpOptionsT),
    "NEG": ("NegOptions", schema.NegOptionsT),
    "L2_NORMALIZATION": ("L2NormOptions", schema.L2NormOptionsT),
    "ARG_MAX": ("ArgMaxOptions", schema.ArgMaxOptionsT),
    "ARG_MIN": ("ArgMinOptions", schema.ArgMinOptionsT),
    "HARD_SWISH": ("HardSwishOptions", schema.HardSwishOptionsT),
    "LEAKY_RELU": ("LeakyReluOptions", schema.LeakyReluOptionsT),
    "CONCATENATION": ("ConcatenationOptions", schema.ConcatenationOptionsT),
    "PACK": ("PackOptions", schema.PackOptionsT),
    "UNPACK": ("UnpackOptions", schema.UnpackOptionsT),
    "SPLIT": ("SplitOptions", schema.SplitOptionsT),
    "SPLIT_V": ("SplitVOptions", schema.SplitVOptionsT),
    "SLICE": ("SliceOptions", schema.SliceOptionsT),
    "STRIDED_SLICE": ("StridedSliceOptions", schema.StridedSliceOptionsT),
    "TRANSPOSE": ("TransposeOptions", schema.TransposeOptionsT),
    "TILE": ("TileOptions", schema.TileOptionsT),
    "EXPAND_DIMS": ("ExpandDimsOptions", schema.ExpandDimsOptionsT),
    "SQUEEZE": ("SqueezeOptions", schema.SqueezeOptionsT),
    "SPACE_TO_DEPTH": ("SpaceToDepthOptions", schema.SpaceToDepthOptionsT),
    "DEPTH_TO_SPACE": ("DepthToSpaceOptions", schema.DepthToSpaceOptionsT),
    "MIRROR_PAD": ("MirrorPadOptions", schema.MirrorPadOptionsT),
    "PADV2": ("PadV2Options", schema.PadV2OptionsT),
    "RESIZE_BILINEAR": ("ResizeBilinearOptions", schema.ResizeBilinearOptionsT),
    "RESIZE_NEAREST_NEIGHBOR": (
        "ResizeNearestNeighborOptions",
        schema.ResizeNearestNeighborOptionsT,
    ),
    "REDUCE_MAX": ("ReducerOptions", schema.ReducerOptionsT),
    "REDUCE_MIN": ("ReducerOptions", schema.ReducerOptionsT),
    "SUM": ("ReducerOptions", schema.ReducerOptionsT),
    "REDUCE_PROD": ("ReducerOptions", schema.ReducerOptionsT),
    "TRANSPOSE_CONV": ("TransposeConvOptions", schema.TransposeConvOptionsT),
    "SHAPE": ("ShapeOptions", schema.ShapeOptionsT),
    "GATHER": ("GatherOptions", schema.GatherOptionsT),
    "CAST": ("CastOptions", schema.CastOptionsT),
    "FILL": ("FillOptions", schema.FillOptionsT),
    "FLOOR_DIV": ("FloorDivOptions", schema.FloorDivOptionsT),
    "SPACE_TO_BATCH_ND": ("SpaceToBatchNDOptions", schema.SpaceToBatchNDOptionsT),
    "BATCH_TO_SPACE_ND": ("BatchToSpaceNDOptions", schema.BatchToSpaceNDOptionsT),
}


@dataclass
class ModelBuilder:
    """Collects tensors and operators; `build` gives the file's bytes."""

    tensors: list[schema.TensorT] = field(default_factory=list)
    buffers: list[schema.BufferT] = field(default_factory=lambda: [schema.BufferT()])
    codes: list[schema.OperatorCodeT] = field(default_factory=list)
    operators: list[schema.OperatorT] = field(default_factory=list)

    def tensor(
        self,
        shape: tuple[int, ...],
        dtype: str = "int8",
        scale: Any = None,
        zero_point: int = 0,
        data: np.ndarray | None = None,
        axis: int = 0,
    ) -> int:
        """Adds a tensor; returns its id."""
        tensor = schema.TensorT()
        tensor.name = f"tensor_{len(self.tensors)}"
        tensor.shape = np.array(shape, np.int32)
        tensor.type = TYPES[dtype]
        if scale is not None:
            quant = schema.QuantizationParametersT()
            quant.scale = np.atleast_1d(np.array(scale, np.float32))
            quant.zeroPoint = np.full(quant.scale.shape, zero_point, np.int64)
            quant.quantizedDimension = axis
            tensor.quantization = quant
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.ascontiguousarray(data).view(np.uint8).reshape(-1)
            tensor.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def op(
        self, kind: str, inputs: Sequence[int], outputs: Sequence[int], **options: Any
    ) -> None:
        """Adds an operator; options carry the schema's names."""
        code = schema.OperatorCodeT()
        code.builtinCode = CODES[kind]
        code.deprecatedBuiltinCode = min(CODES[kind], 127)
        code.version = 1
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.codes)
        operator.inputs = np.array(inputs, np.int32)
        operator.outputs = np.array(outputs, np.int32)
        if kind in OPTIONS:
            name, options_type = OPTIONS[kind]
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, name)
            operator.builtinOptions = options_type()
        for key, value in options.items():
            assert hasattr(operator.builtinOptions, key), key
            setattr(operator.builtinOptions, key, value)
        self.codes.append(code)
        self.operators.append(operator)

    def build(self, inputs: Sequence[int], outputs: Sequence[int]) -> bytes:
        """The bytes of the `.tflite` file."""
        subgraph = schema.SubGraphT()
        subgraph.tensors = self.tensors
        subgraph.inputs = np.array(inputs, np.int32)
        subgraph.outputs = np.array(outputs, np.int32)
        subgraph.operators = self.operators
        model = schema.ModelT()
        model.version = 3
        model.operatorCodes = self.codes
        model.subgraphs = [subgraph]
        model.buffers = self.buffers
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())

"""Checks and tidies the `.tflite` that TensorFlow's converter wrote.

The converter names a tensor after every operation that was fused into it; here each
gets the name of its layer, weights as `layer/kernel` and `layer/bias`. Messages and
generated C become readable and the file smaller. Nothing else changes: buffers keep the
16-byte alignment that the schema (`tflite/schema/schema.fbs`) asks for.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tinycnn.errors import UnsupportedModelError
from tinycnn.training.steps import AS_PLACE

__all__ = ["check_is_int8", "rename_tensors"]

_BUFFER_ALIGNMENT = 16
_INPUT_NAME = "image"
_ROLES = {
    "CONV_2D": ("input", "kernel", "bias"),
    "DEPTHWISE_CONV_2D": ("input", "kernel", "bias"),
    "FULLY_CONNECTED": ("input", "kernel", "bias"),
    "MEAN": ("input", "axes"),
    "PAD": ("input", "padding"),
    "RESHAPE": ("input", "shape"),
}


def check_is_int8(content: bytes) -> None:
    """Return if every operator of a `.tflite` reads and writes int8 tensors.

    Raises:
        UnsupportedModelError: If one does not; it is named.
    """
    model = schema.ModelT.InitFromPackedBuf(content)
    types = _enum_names(schema.TensorType)
    for subgraph in model.subgraphs:
        for index, op in enumerate(subgraph.operators):
            for number in (*op.inputs[:1], *op.outputs):
                tensor = subgraph.tensors[number]
                if tensor.type == schema.TensorType.INT8:
                    continue
                raise UnsupportedModelError(
                    f"op {index} ({_kind(model, op)}): expected int8 tensor "
                    f"'{tensor.name.decode()}', got {types[tensor.type].lower()}",
                    hint="build the model of layers that quantize_model supports",
                )


def rename_tensors(content: bytes, layer_names: Collection[str]) -> bytes:
    """The same file with its tensors named after the layers that they belong to."""
    model = schema.ModelT.InitFromPackedBuf(content)
    for subgraph in model.subgraphs:
        names = {int(i): _INPUT_NAME for i in subgraph.inputs}
        taken = {_INPUT_NAME}
        for op in subgraph.operators:
            layer = _layer_name(subgraph.tensors[op.outputs[0]].name, layer_names)
            layer = _free_name(layer.partition(AS_PLACE)[0], taken)
            names[int(op.outputs[0])] = layer
            roles = _ROLES.get(_kind(model, op), ())
            for role, number in zip(roles[1:], op.inputs[1:], strict=False):
                names.setdefault(int(number), f"{layer}/{role}")
        for number, name in names.items():
            subgraph.tensors[number].name = name.encode()
    return _packed(model)


def _layer_name(name: bytes, layer_names: Collection[str]) -> str:
    """The layer in a name such as `model_1/conv_1/Relu;model_1/conv_1/BiasAdd`.

    >>> _layer_name(b"net_1/conv_1_1/Relu;net_1/conv_1_1/Conv2D", ["conv", "conv_1"])
    'conv_1'
    """
    scopes = name.decode().split(";")[0].split("/")
    suffix = re.search(r"(_\d+)?$", scopes[0])
    for scope in scopes[1:]:
        for candidate in (scope.removesuffix(suffix[0] if suffix else ""), scope):
            if candidate in layer_names:
                return candidate
    return scopes[-1]


def _free_name(name: str, taken: set[str]) -> str:
    """`name`, numbered if an earlier operator of the same layer has it."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free)
    return free


def _kind(model: Any, op: Any) -> str:
    """The operator's name in the schema."""
    code = model.operatorCodes[op.opcodeIndex]
    return _enum_names(schema.BuiltinOperator)[
        max(code.builtinCode, code.deprecatedBuiltinCode)
    ]


def _enum_names(enum: type) -> dict[int, str]:
    return {value: name for name, value in vars(enum).items() if name.isupper()}


def _packed(model: Any) -> bytes:
    """`model` as a file."""
    model.buffers = [_AlignedBuffer(buffer.data) for buffer in model.buffers]
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


class _AlignedBuffer:
    """Packs like the schema's `BufferT`, which forgets the alignment."""

    def __init__(self, data: Any) -> None:
        self._data = b"" if data is None else np.asarray(data, np.uint8).tobytes()

    def Pack(self, builder: Any) -> int:  # named by the schema
        size = len(self._data)
        if size:
            builder.StartVector(1, size, _BUFFER_ALIGNMENT)
            builder.head -= size
            builder.Bytes[builder.head : builder.head + size] = self._data
            vector = builder.EndVector()
        schema.BufferStart(builder)
        if size:
            schema.BufferAddData(builder, vector)
        return int(schema.BufferEnd(builder))

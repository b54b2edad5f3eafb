"""`.tflite` file -> `Graph`.

In: bytes from anywhere. Out: a graph that says the same, options resolved to numbers,
or an error naming operator, index and tensor. Nothing is read before its bounds are
known (`flatbuffer`); what the numbers mean together is checked by `verify`. Field
numbers are those of TensorFlow Lite's schema, version 3.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from tinycnn.compiler.flatbuffer import Table, root_table
from tinycnn.compiler.graph import (
    AddAttrs,
    ConvAttrs,
    DType,
    EmptyAttrs,
    FullyConnectedAttrs,
    Graph,
    MeanAttrs,
    Op,
    OpAttrs,
    OpKind,
    PadAttrs,
    PoolAttrs,
    QuantParams,
    SoftmaxAttrs,
    Tensor,
)
from tinycnn.compiler.verify import op_label, verify
from tinycnn.errors import InvalidModelError, UnsupportedModelError

__all__ = ["SUPPORTED_OPERATORS", "read_tflite"]

MAX_FILE_BYTES = 32 << 20
MAX_TENSOR_BYTES = 16 << 20
MAX_TENSORS = 1024
MAX_OPERATORS = 512
MAX_BUFFERS = 4096
MAX_RANK = 6

_DTYPES: Mapping[int, DType] = MappingProxyType(
    {0: "float32", 2: "int32", 3: "uint8", 9: "int8"}
)
_DTYPE_NAMES = (
    "FLOAT32 FLOAT16 INT32 UINT8 INT64 STRING BOOL INT16 COMPLEX64 INT8 FLOAT64 "
    "COMPLEX128 UINT64 RESOURCE VARIANT UINT32 UINT16 INT4 BFLOAT16 INT2 UINT4"
).split()
_ACTIVATION_NAMES = ("NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT")
_ACTIVATION_RANGES: Mapping[int, tuple[float, float]] = MappingProxyType(
    {0: (-math.inf, math.inf), 1: (0.0, math.inf), 3: (0.0, 6.0)}
)


@dataclass(frozen=True, slots=True)
class _RawOp:
    """An operator with its options table still unread."""

    index: int
    kind: OpKind
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Table | None
    tensors: tuple[Tensor, ...]

    @property
    def label(self) -> str:
        return op_label(self.index, self.kind, self.output)

    @property
    def output(self) -> Tensor:
        return self.tensors[self.outputs[0]]

    def input(self, number: int) -> Tensor:
        """An input by its number.

        Raises:
            InvalidModelError: If the operator does not have it.
        """
        if number >= len(self.inputs) or self.inputs[number] < 0:
            raise InvalidModelError(
                f"{self.label}: expected an input {number}, got {len(self.inputs)}"
            )
        return self.tensors[self.inputs[number]]

    def constant(self, number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
        """The values of a constant int32 input.

        Raises:
            UnsupportedModelError: If it is computed at run time or of another type.
        """
        tensor = self.input(number)
        if tensor.data is None or tensor.dtype != "int32":
            raise UnsupportedModelError(
                f"{self.label}: expected a constant int32 input {number}, got "
                f"{tensor.dtype} '{tensor.name}'"
            )
        return tensor.data.astype(np.int32)

    def int32(self, field: int, default: int = 0) -> int:
        return self.options.int32(field, default) if self.options else default

    def int8(self, field: int) -> int:
        return self.options.int8(field) if self.options else 0


def read_tflite(data: bytes) -> Graph:
    """The graph of a `.tflite` file, checked.

    Raises:
        InvalidModelError: If the file is broken, inconsistent or too large.
        UnsupportedModelError: If it uses an operator, type or option that we lack.
    """
    if len(data) > MAX_FILE_BYTES:
        raise InvalidModelError(
            f"model: expected at most {MAX_FILE_BYTES:,} bytes, got {len(data):,}"
        )
    model = root_table(data, b"TFL3")
    if model.uint32(0) != 3:
        raise InvalidModelError(f"schema version: expected 3, got {model.uint32(0)}")
    subgraphs = model.tables(2, limit=MAX_TENSORS)
    if len(subgraphs) != 1:
        raise UnsupportedModelError(
            f"model: expected one subgraph, got {len(subgraphs)}",
            hint="control flow is not supported: convert a plain feed-forward network",
        )
    subgraph = subgraphs[0]
    buffers = model.tables(4, limit=MAX_BUFFERS)
    tensors = tuple(
        _read_tensor(i, table, buffers)
        for i, table in enumerate(subgraph.tables(0, limit=MAX_TENSORS))
    )
    codes = model.tables(1, limit=MAX_OPERATORS)
    raw_ops = [
        _read_raw_op(i, table, codes, tensors)
        for i, table in enumerate(subgraph.tables(3, limit=MAX_OPERATORS))
    ]
    graph = Graph(
        tensors=tensors,
        ops=tuple(
            Op(raw.index, raw.kind, raw.inputs, raw.outputs, _ATTRS[raw.kind](raw))
            for raw in raw_ops
        ),
        inputs=_tensor_ids(subgraph, 1, "graph inputs", tensors),
        outputs=_tensor_ids(subgraph, 2, "graph outputs", tensors),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    verify(graph)
    return graph


def _read_tensor(index: int, table: Table, buffers: tuple[Table, ...]) -> Tensor:
    name = table.string(3)
    label = f"tensor {index} ('{name}')"
    code = table.int8(1)
    if code not in _DTYPES:
        known = 0 <= code < len(_DTYPE_NAMES)
        raise UnsupportedModelError(
            f"{label}: expected INT8, UINT8, INT32 or FLOAT32, got "
            f"{_DTYPE_NAMES[code] if known else f'type {code}'}",
            hint="convert the model with full int8 quantization",
        )
    if table.uint8(5):
        raise UnsupportedModelError(f"{label}: variable tensors are not supported")
    if table.table(6) is not None:
        raise UnsupportedModelError(f"{label}: sparse tensors are not supported")
    shape_array = table.array(0, np.int32)
    shape = (
        ()
        if shape_array is None
        else tuple(int(d) for d in shape_array[: MAX_RANK + 1])
    )
    if len(shape) > MAX_RANK or any(d < 1 for d in shape):
        raise InvalidModelError(
            f"{label}: expected at most {MAX_RANK} dimensions, all at least 1, got "
            f"{shape}"
        )
    tensor = Tensor(index, name, shape, _DTYPES[code], _read_quant(table, label, shape))
    if tensor.bytes > MAX_TENSOR_BYTES:
        raise InvalidModelError(
            f"{label}: expected at most {MAX_TENSOR_BYTES:,} bytes, got "
            f"{tensor.bytes:,}"
        )
    return replace(tensor, data=_read_data(table, tensor, label, buffers))


def _read_quant(table: Table, label: str, shape: tuple[int, ...]) -> QuantParams | None:
    quant = table.table(4)
    if quant is None:
        return None
    scale, zero_point = quant.array(2, np.float32), quant.array(3, np.int64)
    if scale is None or len(scale) == 0:
        return None
    if zero_point is None or len(zero_point) != len(scale):
        got = 0 if zero_point is None else len(zero_point)
        raise InvalidModelError(
            f"{label}: expected {len(scale)} zero points, one a scale, got {got}"
        )
    if not all(0 < float(s) < math.inf for s in scale):
        raise InvalidModelError(f"{label}: expected finite scales above 0")
    axis = quant.int32(6) if len(scale) > 1 else None
    if axis is not None and not (0 <= axis < len(shape) and shape[axis] == len(scale)):
        raise InvalidModelError(
            f"{label}: expected a scale for each of the channels on axis {axis} of "
            f"{shape}, got {len(scale)}"
        )
    return QuantParams(
        tuple(float(s) for s in scale), tuple(int(z) for z in zero_point), axis
    )


def _read_data(
    table: Table, tensor: Tensor, label: str, buffers: tuple[Table, ...]
) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]] | None:
    """A constant's values; None for an activation (an absent or empty buffer)."""
    index = table.uint32(2)
    if index >= max(len(buffers), 1):
        raise InvalidModelError(
            f"{label}: expected a buffer below {len(buffers)}, got {index}"
        )
    if index == 0:
        return None
    if buffers[index].uint64(1) > 1:
        raise UnsupportedModelError(f"{label}: data outside the flatbuffer")
    raw = buffers[index].array(0, np.uint8)
    if raw is None or len(raw) == 0:
        return None
    if len(raw) != tensor.bytes:
        raise InvalidModelError(
            f"{label}: expected {tensor.bytes} bytes of data, got {len(raw)}"
        )
    values = np.frombuffer(raw.tobytes(), np.dtype(tensor.dtype).newbyteorder("<"))
    return values.reshape(tensor.shape)


def _read_raw_op(
    index: int, table: Table, codes: tuple[Table, ...], tensors: tuple[Tensor, ...]
) -> _RawOp:
    code_index = table.uint32(0)
    if code_index >= len(codes):
        raise InvalidModelError(
            f"op {index}: expected an operator code below {len(codes)}, got "
            f"{code_index}"
        )
    outputs = _tensor_ids(table, 2, f"op {index} outputs", tensors)
    code = max(codes[code_index].int8(0), codes[code_index].int32(3))
    if code not in SUPPORTED_OPERATORS:
        where = f" (tensor '{tensors[outputs[0]].name}')" if outputs else ""
        raise UnsupportedModelError(
            f"op {index}: operator {_operator_name(code, codes[code_index])} is not "
            f"supported{where}",
            hint="supported: " + ", ".join(sorted(SUPPORTED_OPERATORS.values())),
        )
    kind = SUPPORTED_OPERATORS[code]
    inputs = _tensor_ids(table, 1, f"op {index} inputs", tensors, optional=True)
    if len(outputs) != 1 or not inputs:
        raise InvalidModelError(
            f"op {index} ({kind}): expected inputs and one output, got "
            f"{len(inputs)} and {len(outputs)}"
        )
    return _RawOp(index, kind, inputs, outputs, table.table(4), tensors)


def _tensor_ids(
    table: Table,
    field: int,
    label: str,
    tensors: tuple[Tensor, ...],
    *,
    optional: bool = False,
) -> tuple[int, ...]:
    ids = table.array(field, np.int32)
    if ids is None:
        return ()
    lowest = -1 if optional else 0
    if len(ids) > MAX_TENSORS or any(not lowest <= i < len(tensors) for i in ids):
        raise InvalidModelError(
            f"{label}: expected tensor numbers below {len(tensors)}, got "
            f"{[int(i) for i in ids[:8]]}"
        )
    return tuple(int(i) for i in ids)


def _operator_name(code: int, table: Table) -> str:
    """What the schema calls an operator; looked up only for an error message."""
    if code == 32:
        return f"CUSTOM '{table.string(1)}'"
    from ai_edge_litert import schema_py_generated

    names = vars(schema_py_generated.BuiltinOperator)
    return next((n for n, c in names.items() if c == code), f"with code {code}")


def _clamp(raw: _RawOp, activation: int) -> tuple[int, int]:
    """The int8 range of a fused activation (CalculateActivationRangeQuantized)."""
    if activation not in _ACTIVATION_RANGES:
        known = 0 <= activation < len(_ACTIVATION_NAMES)
        name = _ACTIVATION_NAMES[activation] if known else str(activation)
        raise UnsupportedModelError(
            f"{raw.label}: fused activation {name} is not supported",
            hint="supported: NONE, RELU, RELU6",
        )
    if raw.output.quant is None:
        raise UnsupportedModelError(
            f"{raw.label}: expected a quantized output, got '{raw.output.name}' without"
        )
    low, high = (
        _quantize_bound(bound, raw.output) for bound in _ACTIVATION_RANGES[activation]
    )
    return max(-128, low), min(127, high)


def _quantize_bound(bound: float, tensor: Tensor) -> int:
    if math.isinf(bound):
        return -128 if bound < 0 else 127
    steps = float(np.float32(bound) / np.float32(tensor.scale))
    return int(min(math.floor(steps + 0.5), 1 << 20)) + tensor.zero_point


def _same_padding(size: int, window: int, stride: int) -> tuple[int, int]:
    """Pixels before and after, as TFLite's ComputePadding places them for SAME."""
    total = max((math.ceil(size / stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def _window_attrs(
    raw: _RawOp, window: tuple[int, int], dilation: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int, int, int]]:
    """Stride and padding (top, left, bottom, right) of a sliding window."""
    stride = raw.int32(2), raw.int32(1)
    shape = raw.input(0).shape
    if len(shape) != 4 or min(*stride, *dilation, *window) < 1:
        raise InvalidModelError(
            f"{raw.label}: expected a 4-D input and window, stride and dilation of at "
            f"least 1, got {shape}, {window}, {stride}, {dilation}"
        )
    padding = raw.int8(0)
    if padding not in (0, 1):
        raise InvalidModelError(f"{raw.label}: expected padding 0 or 1, got {padding}")
    if padding == 1:
        return stride, (0, 0, 0, 0)
    (top, bottom), (left, right) = (
        _same_padding(size, (w - 1) * d + 1, s)
        for size, w, d, s in zip(shape[1:3], window, dilation, stride, strict=True)
    )
    return stride, (top, left, bottom, right)


def _conv_attrs(raw: _RawOp, activation: int, dilation: tuple[int, int]) -> ConvAttrs:
    weights = raw.input(1).shape
    if len(weights) != 4:
        raise InvalidModelError(f"{raw.label}: expected 4-D weights, got {weights}")
    stride, padding = _window_attrs(raw, (weights[1], weights[2]), dilation)
    return ConvAttrs(stride, dilation, padding, _clamp(raw, activation))


def _read_conv(raw: _RawOp) -> ConvAttrs:
    return _conv_attrs(raw, raw.int8(3), (raw.int32(5, 1), raw.int32(4, 1)))


def _read_depthwise(raw: _RawOp) -> ConvAttrs:
    return _conv_attrs(raw, raw.int8(4), (raw.int32(6, 1), raw.int32(5, 1)))


def _read_pool(raw: _RawOp) -> PoolAttrs:
    window = raw.int32(4), raw.int32(3)
    stride, padding = _window_attrs(raw, window, (1, 1))
    return PoolAttrs(window, stride, padding, _clamp(raw, raw.int8(5)))


def _read_fully_connected(raw: _RawOp) -> FullyConnectedAttrs:
    if raw.int8(1):
        raise UnsupportedModelError(f"{raw.label}: shuffled weights are not supported")
    return FullyConnectedAttrs(_clamp(raw, raw.int8(0)))


def _read_add(raw: _RawOp) -> AddAttrs:
    return AddAttrs(_clamp(raw, raw.int8(0)))


def _read_mean(raw: _RawOp) -> MeanAttrs:
    rank = len(raw.input(0).shape)
    axes = [int(a) for a in raw.constant(1).reshape(-1)]
    if not axes or any(not -rank <= a < rank for a in axes):
        raise InvalidModelError(
            f"{raw.label}: expected axes of a {rank}-D input, got {axes}"
        )
    return MeanAttrs(tuple(sorted({a % rank for a in axes})))


def _read_pad(raw: _RawOp) -> PadAttrs:
    rank = len(raw.input(0).shape)
    padding = raw.constant(1)
    if padding.shape != (rank, 2) or np.any(padding < 0):
        raise InvalidModelError(
            f"{raw.label}: expected paddings of shape ({rank}, 2), at least 0"
        )
    return PadAttrs(tuple((int(b), int(a)) for b, a in padding))


def _read_softmax(raw: _RawOp) -> SoftmaxAttrs:
    return SoftmaxAttrs(raw.options.float32(0) if raw.options else 0.0)


def _read_nothing(raw: _RawOp) -> EmptyAttrs:
    return EmptyAttrs()


SUPPORTED_OPERATORS: Mapping[int, OpKind] = MappingProxyType(
    {
        0: "ADD",
        1: "AVERAGE_POOL_2D",
        3: "CONV_2D",
        4: "DEPTHWISE_CONV_2D",
        6: "DEQUANTIZE",
        9: "FULLY_CONNECTED",
        17: "MAX_POOL_2D",
        22: "RESHAPE",
        25: "SOFTMAX",
        34: "PAD",
        40: "MEAN",
        114: "QUANTIZE",
    }
)

_ATTRS: Mapping[OpKind, Callable[[_RawOp], OpAttrs]] = MappingProxyType(
    {
        "ADD": _read_add,
        "AVERAGE_POOL_2D": _read_pool,
        "CONV_2D": _read_conv,
        "DEPTHWISE_CONV_2D": _read_depthwise,
        "DEQUANTIZE": _read_nothing,
        "FULLY_CONNECTED": _read_fully_connected,
        "MAX_POOL_2D": _read_pool,
        "MEAN": _read_mean,
        "PAD": _read_pad,
        "QUANTIZE": _read_nothing,
        "RESHAPE": _read_nothing,
        "SOFTMAX": _read_softmax,
    }
)

"""`.tflite` file -> `Graph`.

In: bytes from anywhere. Out: a graph that says the same, options resolved to numbers,
or an error naming operator, index and tensor. Nothing is read before its bounds are
known (`flatbuffer`); what the numbers mean together is checked by `verify`. Field
numbers are those of TensorFlow Lite's schema, version 3.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from tinycnn.compiler.ir.graph import DType, Graph, Op, QuantParams, Tensor
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators import OPERATORS, supported_kinds
from tinycnn.compiler.passes.rewrite_operators import rewrite_operators
from tinycnn.compiler.passes.silence_dead_layers import silence_dead_layers
from tinycnn.compiler.passes.verify import verify, verify_sizes
from tinycnn.compiler.reading.file_kind import convert_hint
from tinycnn.compiler.reading.flatbuffer import Table, root_table
from tinycnn.compiler.reading.fold_constants import fold_shapes
from tinycnn.compiler.reading.number_kind import find_number_kind
from tinycnn.errors import InvalidModelError, ModelError, UnsupportedModelError

__all__ = ["read_tflite"]

MAX_FILE_BYTES = 32 << 20
MAX_TENSOR_BYTES = 16 << 20
MAX_CONSTANT_BYTES = 64 << 20
MAX_SCALES = 1 << 20
MAX_TENSORS = 1024
MAX_OPERATORS = 512
MAX_BUFFERS = 4096
MAX_RANK = 6

_DTYPES: Mapping[int, DType] = MappingProxyType(
    {0: "float32", 2: "int32", 3: "uint8", 4: "int64", 9: "int8"}
)
_KINDS: Mapping[int, str] = MappingProxyType(
    {o.code: o.kind for o in OPERATORS.values() if o.code is not None}
)
_OPERATORS_HINT = "supported: " + ", ".join(supported_kinds())
_DTYPE_NAMES = (
    "FLOAT32 FLOAT16 INT32 UINT8 INT64 STRING BOOL INT16 COMPLEX64 INT8 FLOAT64 "
    "COMPLEX128 UINT64 RESOURCE VARIANT UINT32 UINT16 INT4 BFLOAT16 INT2 UINT4"
).split()


def read_tflite(data: bytes) -> Graph:
    """The graph of a `.tflite` file, checked.

    Raises:
        InvalidModelError: If the file is broken, inconsistent or too large.
        UnsupportedModelError: If it uses an operator, type or option that we lack.
    """
    try:
        return _read(data)
    except ModelError as error:
        if (kind := find_number_kind(data)) is None:
            raise
        text = f"model: expected full int8 quantization, got {kind}"
        raise UnsupportedModelError(f"{text}; {error}", convert_hint()) from error


def _read(data: bytes) -> Graph:
    if len(data) > MAX_FILE_BYTES:
        raise InvalidModelError(
            f"model: expected at most {MAX_FILE_BYTES:,} bytes, got {len(data):,}"
        )
    model = root_table(data, b"TFL3")
    if model.uint32(0) != 3:
        raise InvalidModelError(f"schema version: expected 3, got {model.uint32(0)}")
    subgraphs = model.tables(2, limit=MAX_TENSORS)
    if len(subgraphs) != 1:
        raise _refuse_subgraphs(model, len(subgraphs))
    subgraph = subgraphs[0]
    buffers = model.tables(4, limit=MAX_BUFFERS)
    codes = model.tables(1, limit=MAX_OPERATORS)
    op_tables = subgraph.tables(3, limit=MAX_OPERATORS)
    kinds = [_read_kind(i, t, codes, subgraph) for i, t in enumerate(op_tables)]
    tensors = _read_tensors(subgraph, buffers)
    raw_ops = [
        _read_raw_op(i, table, kind, tensors)
        for i, (table, kind) in enumerate(zip(op_tables, kinds, strict=True))
    ]
    verify_sizes(tensors, raw_ops)
    tensors, raw_ops = fold_shapes(tensors, raw_ops, _read_signatures(subgraph))
    graph = Graph(
        tensors=tensors,
        ops=tuple(_read_op(raw) for raw in raw_ops),
        inputs=_tensor_ids(subgraph, 1, "graph inputs", tensors),
        outputs=_tensor_ids(subgraph, 2, "graph outputs", tensors),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    graph = silence_dead_layers(rewrite_operators(graph))
    verify(graph)
    return graph


def _refuse_subgraphs(model: Table, count: int) -> UnsupportedModelError:
    """Signatures are entrances that one chooses from; else it is control flow."""
    names = [t.string(2) for t in model.tables(7, limit=MAX_TENSORS)]
    if len(names) < 2:
        return UnsupportedModelError(
            f"model: expected one subgraph, got {count}",
            hint="control flow is not supported: convert a plain feed-forward network",
        )
    listed = ", ".join(f"'{name}'" for name in names[:8])
    return UnsupportedModelError(
        f"model: expected one signature, got {len(names)}: {listed}",
        hint=f"choose one, '{names[0]}' say, and {convert_hint(names[0])}",
    )


def _read_tensors(subgraph: Table, buffers: tuple[Table, ...]) -> tuple[Tensor, ...]:
    """All tensors; constants are bounded in sum, since they can share a buffer."""
    tensors: list[Tensor] = []
    constant_bytes = scales = 0
    for index, table in enumerate(subgraph.tables(0, limit=MAX_TENSORS)):
        tensor = _read_tensor(index, table, buffers)
        constant_bytes += tensor.bytes if tensor.data is not None else 0
        scales += len(tensor.quant.scale) if tensor.quant is not None else 0
        if constant_bytes > MAX_CONSTANT_BYTES or scales > MAX_SCALES:
            raise InvalidModelError(
                f"model: expected at most {MAX_CONSTANT_BYTES:,} bytes and "
                f"{MAX_SCALES:,} scales of constants, got more"
            )
        tensors.append(tensor)
    return tuple(tensors)


def _read_signatures(subgraph: Table) -> dict[int, tuple[int, ...]]:
    """The signatures with dimensions that the converter did not know."""
    found: dict[int, tuple[int, ...]] = {}
    for index, table in enumerate(subgraph.tables(0, limit=MAX_TENSORS)):
        signature = table.array(7, np.int32)
        if signature is not None and -1 in signature and len(signature) <= MAX_RANK:
            found[index] = tuple(int(size) for size in signature)
    return found


def _read_tensor(index: int, table: Table, buffers: tuple[Table, ...]) -> Tensor:
    name = table.string(3)
    label = f"tensor {index} ('{name}')"
    code = table.int8(1)
    if code not in _DTYPES:
        known = 0 <= code < len(_DTYPE_NAMES)
        raise UnsupportedModelError(
            f"{label}: expected INT8, UINT8, INT32, INT64 or FLOAT32, got "
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
    if axis is not None and len(shape) == 1:
        axis = 0  # the only one; some converters wrote the weights' axis here
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


def _read_kind(
    index: int, table: Table, codes: tuple[Table, ...], subgraph: Table
) -> str:
    """The operator's name; read before any tensor, as it explains most refusals."""
    code_index = table.uint32(0)
    if code_index >= len(codes):
        raise InvalidModelError(
            f"op {index}: expected an operator code below {len(codes)}, got "
            f"{code_index}"
        )
    code = max(codes[code_index].int8(0), codes[code_index].int32(3))
    if code not in _KINDS:
        tensors = subgraph.tables(0, limit=MAX_TENSORS)
        outputs = _tensor_ids(table, 2, f"op {index} outputs", tensors)
        where = f" (tensor '{tensors[outputs[0]].string(3)}')" if outputs else ""
        raise UnsupportedModelError(
            f"op {index}: operator {operator_name(code, codes[code_index])} is not "
            f"supported{where}",
            hint=_OPERATORS_HINT,
        )
    return _KINDS[code]


def _read_raw_op(
    index: int, table: Table, kind: str, tensors: tuple[Tensor, ...]
) -> RawOp:
    outputs = _tensor_ids(table, 2, f"op {index} outputs", tensors)
    inputs = _tensor_ids(table, 1, f"op {index} inputs", tensors, optional=True)
    if not outputs or not inputs:
        raise InvalidModelError(
            f"op {index} ({kind}): expected inputs and outputs, got "
            f"{len(inputs)} and {len(outputs)}"
        )
    is_own = table.uint8(3) == OPERATORS[kind].options
    options = table.table(4) if is_own else None
    return RawOp(index, kind, inputs, outputs, options, tensors)


def _read_op(raw: RawOp) -> Op:
    """The operator with its options resolved; some kinds are known on constants only.

    Raises:
        UnsupportedModelError: If it is one of those.
    """
    read = OPERATORS[raw.kind].read
    if read is None:
        raise UnsupportedModelError(
            f"op {raw.index}: operator {raw.kind} is not supported on activations "
            f"(tensor '{raw.output.name}')",
            hint=_OPERATORS_HINT,
        )
    return Op(raw.index, raw.kind, raw.inputs, raw.outputs, read(raw))


def _tensor_ids(
    table: Table,
    field: int,
    label: str,
    tensors: tuple[Tensor | Table, ...],
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


def operator_name(code: int, table: Table) -> str:
    """What the schema calls an operator; none of ours is looked up so."""
    if code == 32:
        return f"CUSTOM '{table.string(1)}'"
    from ai_edge_litert import schema_py_generated

    names = vars(schema_py_generated.BuiltinOperator)
    return next((n for n, c in names.items() if c == code), f"with code {code}")

"""Damaged `.tflite` files, each from a seed: bytes, offsets and fields of the schema.

Byte-wise mutants break the flatbuffer itself; field-wise ones (through the schema's
object API) are well-formed files that say something wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

EDGES = (0, 1, 2, 127, 128, 255)
WORDS = (0, 1, 4, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFC, 0x10000)
SIZES = (0, -1, 1, 2, 3, 7, 255, 65536, 2**24, 2**31 - 1, -(2**31))
SCALES = (0.0, -1.0, np.nan, np.inf, -np.inf, 1e-45, 1e-38, 1e-7, 1e7, 3e38)
ZERO_POINTS = (-129, 128, 256, -1, 127, 2**31, -(2**63), 2**63 - 1)
BYTE_OPTIONS = ("padding", "fusedactivationfunction", "weightsformat", "type", "mode")


def pick(rng: np.random.Generator, values: Sequence[Any]) -> Any:
    """One of the values."""
    return values[int(rng.integers(len(values)))]


def set_bytes(rng: np.random.Generator, data: bytearray) -> bytearray:
    """A few bytes anywhere get another value."""
    for _ in range(int(rng.integers(1, 9))):
        value = pick(rng, EDGES) if rng.random() < 0.5 else int(rng.integers(256))
        data[int(rng.integers(len(data)))] = value
    return data


def flip_bit(rng: np.random.Generator, data: bytearray) -> bytearray:
    """One bit anywhere."""
    data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
    return data


def truncate(rng: np.random.Generator, data: bytearray) -> bytearray:
    """The end is cut off."""
    return data[: int(rng.integers(len(data)))]


def set_word(rng: np.random.Generator, data: bytearray) -> bytearray:
    """An aligned word, perhaps an offset or a length, becomes an edge."""
    start = 4 * int(rng.integers(len(data) // 4))
    word = pick(rng, (*WORDS, len(data), int(rng.integers(2**32))))
    data[start : start + 4] = word.to_bytes(4, "little")
    return data


def swap_words(rng: np.random.Generator, data: bytearray) -> bytearray:
    """Two aligned words, perhaps offsets, change places."""
    a, b = (4 * int(rng.integers(len(data) // 4)) for _ in "ab")
    data[a : a + 4], data[b : b + 4] = data[b : b + 4], data[a : a + 4]
    return data


def move_block(rng: np.random.Generator, data: bytearray) -> bytearray:
    """A stretch of the file overwrites another."""
    size = int(rng.integers(1, 64))
    source, target = (int(rng.integers(max(len(data) - size, 1))) for _ in "st")
    data[target : target + size] = data[source : source + size]
    return data


def mutate_fields(rng: np.random.Generator, data: bytearray) -> bytearray:
    """One to three fields of the schema say something else."""
    model = schema.ModelT.InitFromPackedBuf(bytes(data))
    for _ in range(int(rng.integers(1, 4))):
        if model.subgraphs and model.subgraphs[0].operators:
            pick(rng, FIELDS)(rng, model)
    builder = flatbuffers.Builder(len(data) + 1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytearray(builder.Output())


def any_tensor(rng: np.random.Generator, model: Any) -> Any:
    """One of the tensors."""
    return pick(rng, model.subgraphs[0].tensors)


def any_operator(rng: np.random.Generator, model: Any) -> Any:
    """One of the operators."""
    return pick(rng, model.subgraphs[0].operators)


def mutate_shape(rng: np.random.Generator, model: Any) -> None:
    """A dimension, or the rank."""
    tensor = any_tensor(rng, model)
    shape = np.array(() if tensor.shape is None else tensor.shape, np.int32)
    if len(shape) and rng.random() < 0.7:
        shape[int(rng.integers(len(shape)))] = pick(rng, SIZES)
    else:
        shape = np.resize(shape, int(rng.integers(9))).astype(np.int32)
    tensor.shape = shape


def mutate_type(rng: np.random.Generator, model: Any) -> None:
    """Another element type."""
    any_tensor(rng, model).type = int(pick(rng, (0, 1, 2, 3, 4, 5, 7, 9, 17, 40)))


def mutate_buffer(rng: np.random.Generator, model: Any) -> None:
    """Another tensor's data, none, or one that does not exist."""
    tensor = any_tensor(rng, model)
    tensor.buffer = int(pick(rng, (0, 1, 2, 3, len(model.buffers), 2**32 - 1)))


def mutate_data(rng: np.random.Generator, model: Any) -> None:
    """Constants shrink, grow, or change their values."""
    buffer = pick(rng, model.buffers)
    if buffer.data is None or not len(buffer.data):
        return
    values = np.array(buffer.data, np.uint8)
    if rng.random() < 0.5:
        buffer.data = np.resize(values, int(rng.integers(0, 2 * len(values) + 1)))
    else:
        values[:] = pick(rng, (0, 127, 128, 255))
        buffer.data = values


def mutate_quant(rng: np.random.Generator, model: Any) -> None:
    """Scales, zero points, their number or their axis."""
    quant = any_tensor(rng, model).quantization
    if quant is None or quant.scale is None:
        return
    kind = int(rng.integers(4))
    scales = np.array(quant.scale, np.float32)
    if kind == 0 and len(scales):
        scales[int(rng.integers(len(scales)))] = pick(rng, SCALES)
        quant.scale = scales
    elif kind == 1 and quant.zeroPoint is not None:
        quant.zeroPoint = np.full(len(quant.zeroPoint), pick(rng, ZERO_POINTS))
    elif kind == 2:
        quant.scale = np.resize(scales, int(rng.integers(0, 5))).astype(np.float32)
    else:
        quant.quantizedDimension = int(pick(rng, SIZES))


def mutate_links(rng: np.random.Generator, model: Any) -> None:
    """An operator reads or writes another tensor, twice, or one that is not there."""
    operator = any_operator(rng, model)
    count = len(model.subgraphs[0].tensors)
    name = pick(rng, ("inputs", "outputs"))
    ids = np.array(getattr(operator, name), np.int32)
    if len(ids) and rng.random() < 0.7:
        other = pick(rng, (-1, -2, count, 2**31 - 1, int(rng.integers(count))))
        ids[int(rng.integers(len(ids)))] = other
    else:
        ids = np.resize(ids, int(rng.integers(5))).astype(np.int32)
    setattr(operator, name, ids)


def mutate_order(rng: np.random.Generator, model: Any) -> None:
    """Operators change places, come twice or not at all."""
    operators = model.subgraphs[0].operators
    i, j = (int(rng.integers(len(operators))) for _ in "ij")
    kind = int(rng.integers(3))
    if kind == 0:
        operators[i], operators[j] = operators[j], operators[i]
    elif kind == 1:
        operators.insert(i, operators[j])
    elif len(operators) > 1:
        del operators[i]


def mutate_option(rng: np.random.Generator, model: Any) -> None:
    """A stride, window, axis, padding, beta or activation becomes an edge."""
    operator = any_operator(rng, model)
    options = operator.builtinOptions
    names = sorted(vars(options)) if options is not None else []
    if not names or rng.random() < 0.1:
        operator.builtinOptions = None
        operator.builtinOptionsType = 0
        return
    name = pick(rng, names)
    value = getattr(options, name)
    if isinstance(value, float):
        setattr(options, name, float(pick(rng, SCALES)))
    elif isinstance(value, bool):
        setattr(options, name, not value)
    elif isinstance(value, int):
        small = name.lower().endswith(BYTE_OPTIONS)
        edges = (0, 1, 2, 3, 4, 5, 127, -1) if small else SIZES
        setattr(options, name, int(pick(rng, edges)))


def mutate_code(rng: np.random.Generator, model: Any) -> None:
    """Another operator, or one that does not exist."""
    code = pick(rng, model.operatorCodes)
    value = int(pick(rng, (*range(0, 130), 2**31 - 1, -1)))
    code.builtinCode, code.deprecatedBuiltinCode = value, min(value, 127)
    any_operator(rng, model).opcodeIndex = int(
        pick(rng, (0, 0, len(model.operatorCodes), 2**32 - 1))
    )


def mutate_border(rng: np.random.Generator, model: Any) -> None:
    """The model's inputs or outputs: none, twice, wrong ones."""
    graph = model.subgraphs[0]
    name = pick(rng, ("inputs", "outputs"))
    choices = (*range(-1, len(graph.tensors) + 1), 2**31 - 1)
    ids = [pick(rng, choices) for _ in range(int(rng.integers(4)))]
    setattr(graph, name, np.array(ids, np.int32))


def mutate_subgraphs(rng: np.random.Generator, model: Any) -> None:
    """None, two, or one without operators."""
    kind = int(rng.integers(3))
    if kind == 0:
        model.subgraphs = []
    elif kind == 1:
        model.subgraphs.append(model.subgraphs[0])
    else:
        model.subgraphs[0].operators = []


def mutate_version(rng: np.random.Generator, model: Any) -> None:
    """Another schema."""
    model.version = int(pick(rng, (0, 1, 2, 4, 2**32 - 1)))


COMMON_FIELDS = (mutate_shape, mutate_quant, mutate_links, mutate_option, mutate_data)
RARE_FIELDS = (
    mutate_type,
    mutate_buffer,
    mutate_order,
    mutate_code,
    mutate_border,
    mutate_subgraphs,
    mutate_version,
)
FIELDS = COMMON_FIELDS * 3 + RARE_FIELDS
BYTES = (set_bytes, flip_bit, truncate, set_word, swap_words, move_block)
KINDS = (*BYTES, *(mutate_fields,) * len(BYTES))


def mutate(model: bytes, seed: int) -> bytes:
    """The mutant of `model` that belongs to `seed`; the same one every time."""
    rng = np.random.default_rng([seed, len(model)])
    return bytes(pick(rng, KINDS)(rng, bytearray(model)))

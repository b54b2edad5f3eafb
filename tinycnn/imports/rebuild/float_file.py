"""A float `.tflite` file -> its operators, with all that is constant computed.

In: bytes from anywhere. Out: operators on activations in execution order, shapes as
the interpreter finds them for a batch of one. Converters leave computations of shapes,
float16 weights and int8 weights of dynamic-range files as operators on constants;
LiteRT computes these once, so that none is left here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.reading.flatbuffer import Table, root_table
from tinycnn.compiler.reading.tflite import operator_name
from tinycnn.errors import InvalidModelError, UnsupportedModelError
from tinycnn.reference.float_litert import Look, look

__all__ = ["FloatFile", "read_float_file"]

_MOST = 16384  # tensors, operators and buffers of a file
_ALWAYS_KNOWN = ("SHAPE", "RANK")


@dataclass(frozen=True, slots=True, eq=False)
class FloatFile:
    """What a float file computes.

    Attributes:
        ops: Those that are not known before there is an input.
        inputs: Tensor ids.
        outputs: Likewise.
        tensors: All of them; constants as float32 or whole numbers.
        is_hybrid: Whether weights are int8, so that LiteRT rounds what they meet.
    """

    ops: tuple[RawOp, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    tensors: tuple[Tensor, ...]
    is_hybrid: bool


def read_float_file(content: bytes) -> FloatFile:
    """The operators of a float `.tflite` file.

    Raises:
        InvalidModelError: If the file is broken.
        UnsupportedModelError: If it has several graphs, open sizes or batches.
    """
    model = root_table(content, b"TFL3")
    subgraphs = model.tables(2, limit=_MOST)
    if len(subgraphs) != 1:
        raise UnsupportedModelError(
            f"model: expected one graph, got {len(subgraphs)}",
            hint="convert a plain feed-forward network with one signature",
        )
    codes = model.tables(1, limit=_MOST)
    tables = subgraphs[0].tables(3, limit=_MOST)
    drafts = [_Draft.of(i, table, codes) for i, table in enumerate(tables)]
    known = _constants(subgraphs[0], model.tables(4, limit=_MOST))
    rest = []
    for draft in drafts:
        if draft.is_known(known):
            known.update(draft.outputs)
        else:
            rest.append(draft)
    found = look(content, known)
    _check_inputs(found)
    tensors = _tensors(found)
    for draft in rest:
        draft.check(len(tensors))
    is_hybrid = any(_is_whole(found, number) for number in found.values)
    ops = tuple(draft.op(tensors) for draft in rest)
    return FloatFile(ops, found.inputs, found.outputs, tensors, is_hybrid)


@dataclass(frozen=True, slots=True)
class _Draft:
    """An operator before shapes are known."""

    index: int
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Table | None

    @classmethod
    def of(cls, index: int, table: Table, codes: tuple[Table, ...]) -> _Draft:
        place = table.uint32(0)
        if place >= len(codes):
            text = f"op {index}: expected one of {len(codes)} kinds, got {place}"
            raise InvalidModelError(text)
        code = codes[place]
        kind = operator_name(max(code.int8(0), code.int32(3)), code)
        ids = [table.array(field, np.int32) for field in (1, 2)]
        inputs, outputs = (
            () if values is None else tuple(map(int, values)) for values in ids
        )
        return cls(index, kind, inputs, outputs, table.table(4))

    def is_known(self, known: set[int]) -> bool:
        """Whether all that it reads is constant."""
        if self.kind in _ALWAYS_KNOWN:
            return True
        read = [i for i in self.inputs if i >= 0]
        return bool(read) and known.issuperset(read)

    def check(self, count: int) -> None:
        """Refuse tensors that are not in the file."""
        ids = (*self.inputs, *self.outputs)
        if not self.outputs or not all(-1 <= i < count for i in ids):
            text = f"op {self.index}: expected tensors below {count}, got {ids}"
            raise InvalidModelError(text)

    def op(self, tensors: tuple[Tensor, ...]) -> RawOp:
        return RawOp(
            self.index, self.kind, self.inputs, self.outputs, self.options, tensors
        )


def _constants(subgraph: Table, buffers: tuple[Table, ...]) -> set[int]:
    found = set()
    for index, table in enumerate(subgraph.tables(0, limit=_MOST)):
        number = table.uint32(2)
        values = (
            buffers[number].array(0, np.uint8) if 0 < number < len(buffers) else None
        )
        if values is not None and len(values):
            found.add(index)
    return found


def _check_inputs(found: Look) -> None:
    for number in found.inputs:
        table = found.tensors[number]
        signature, label = table["signature"] or [], f"input '{table['name']}'"
        if -1 in signature[1:]:
            raise UnsupportedModelError(
                f"{label}: expected a fixed size, got {_shown(signature)}",
                hint="export the network for the size of its images",
            )
        if signature and signature[0] > 1:
            raise UnsupportedModelError(
                f"{label}: expected a batch of 1, got {signature[0]}",
                hint="export the network for one image",
            )


def _shown(signature: list[int]) -> str:
    return "x".join("?" if n < 0 else str(n) for n in signature)


def _tensors(found: Look) -> tuple[Tensor, ...]:
    """All of them; those that LiteRT does not tell of are empty."""
    tensors = []
    for number in range(max(found.tensors, default=-1) + 1):
        table = found.tensors.get(number)
        if table is None:
            tensors.append(Tensor(number, "", (), "float32"))
            continue
        shape, dtype = tuple(table["shape"]), table["dtype"]
        values = _real(found, number)
        if values is not None:
            shape, dtype = values.shape, values.dtype.name
        tensors.append(Tensor(number, table["name"], shape, dtype, data=values))
    return tuple(tensors)


def _real(found: Look, number: int) -> NDArray[Any] | None:
    """A constant; weights in int8 or float16 as real numbers."""
    values = found.values.get(number)
    if values is None:
        return None
    if values.dtype.kind == "f":
        return values.astype(np.float32)
    if not _is_whole(found, number):
        return values
    table = found.tensors[number]
    scales, zeros = (np.array(table[key], np.float32) for key in ("scales", "zeros"))
    shape = [1] * values.ndim
    if len(scales) > 1:
        shape[table["axis"]] = len(scales)
    whole = values.astype(np.float32) - zeros.reshape(shape)
    return (whole * scales.reshape(shape)).astype(np.float32)


def _is_whole(found: Look, number: int) -> bool:
    """Whether a constant is a weight in int8, with a scale."""
    is_small = found.values[number].dtype.itemsize == 1
    return is_small and bool(found.tensors[number]["scales"])

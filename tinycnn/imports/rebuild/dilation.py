"""Dilated convolutions, which TensorFlow writes as plain ones on every nth value.

SPACE_TO_BATCH_ND, the convolution and BATCH_TO_SPACE_ND become a border and one
convolution with dilation; what 1-D nets reshape in between, with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.raw_op import Options, RawOp

__all__ = ["with_dilation"]

_SHAPING = ("RESHAPE", "EXPAND_DIMS", "SQUEEZE")
_DILATION = {"CONV_2D": (5, 4), "DEPTHWISE_CONV_2D": (6, 5)}  # rows, columns
_VALID = 1


@dataclass(frozen=True, slots=True)
class _Dilated:
    """A convolution's options with others of dilation, by their numbers."""

    plain: Options
    dilation: dict[int, int]

    def int8(self, field: int, default: int = 0) -> int:
        return self.plain.int8(field, default)

    def int32(self, field: int, default: int = 0) -> int:
        return self.dilation.get(field, self.plain.int32(field, default))

    def float32(self, field: int, default: float = 0.0) -> float:
        return self.plain.float32(field, default)


def with_dilation(
    ops: tuple[RawOp, ...], tensors: tuple[Tensor, ...]
) -> tuple[tuple[RawOp, ...], tuple[Tensor, ...]]:
    """The same operators and tensors, dilated convolutions being one operator each."""
    grown, replaced = list(tensors), {}
    for op in ops:
        chain = _chain(op, ops) if op.kind == "SPACE_TO_BATCH_ND" else []
        if chain:
            replaced[op.index] = list(_fused(op, chain, grown))
            replaced.update({other.index: [] for other in chain})
    found = [new for op in ops for new in replaced.get(op.index, [op])]
    whole = tuple(grown)
    return tuple(replace(op, tensors=whole) for op in found), whole


def _chain(op: RawOp, ops: tuple[RawOp, ...]) -> list[RawOp]:
    """What follows up to BATCH_TO_SPACE_ND; empty if it is something else."""
    chain, current = [], op
    while current.kind != "BATCH_TO_SPACE_ND":
        readers = [other for other in ops if current.output.id in other.inputs]
        if len(readers) != 1 or readers[0].inputs[0] != current.output.id:
            return []
        (current,) = readers
        chain.append(current)
        if current.kind not in (*_SHAPING, *_DILATION, "BATCH_TO_SPACE_ND"):
            return []
    linear = [other for other in chain if other.kind in _DILATION]
    is_plain = len(linear) == 1 and linear[0].int8(0) == _VALID
    return chain if is_plain and linear[0].options else []


def _fused(op: RawOp, chain: list[RawOp], tensors: list[Tensor]) -> Iterator[RawOp]:
    (conv,), last = [c for c in chain if c.kind in _DILATION], chain[-1]
    block = [int(n) for n in op.constant(1)]
    sides = op.constant(2).reshape(-1, 2) - last.constant(2).reshape(-1, 2)
    shape, target = op.input(0).shape, last.output.shape
    if len(shape) == 3:  # a row or a column of an image
        place = 2 if conv.input(0).shape[1] == 1 else 1
        shape, target = ((*s[:1], *_row(s, place), s[-1]) for s in (shape, target))
        block, none = [1, *block][:: 1 if place == 2 else -1], np.zeros((1, 2), int)
        sides = np.concatenate([none, sides][:: 1 if place == 2 else -1])

    def tensor(size: tuple[int, ...], data: object = None) -> int:
        new = Tensor(len(tensors), conv.output.name, size, "float32")
        if data is not None:
            new = replace(new, dtype="int32", data=data)  # type: ignore[arg-type]
        tensors.append(new)
        return new.id

    number = tensor(shape)
    yield RawOp(op.index, "RESHAPE", op.inputs[:1], (number,), None, ())
    if sides.any():
        padding = np.array([(0, 0), *sides, (0, 0)], np.int32)
        sums = padding.sum(axis=1)
        padded = tensor(tuple(int(n + s) for n, s in zip(shape, sums, strict=True)))
        inputs = (number, tensor(padding.shape, padding))
        yield RawOp(op.index, "PAD", inputs, (padded,), None, ())
        number = padded
    assert conv.options is not None
    fields = dict(zip(_DILATION[conv.kind], block, strict=True))
    result = tensor(target)
    yield replace(
        conv,
        inputs=(number, *conv.inputs[1:]),
        outputs=(result,),
        options=_Dilated(conv.options, fields),
    )
    yield RawOp(last.index, "RESHAPE", (result,), last.outputs, None, ())


def _row(shape: tuple[int, ...], place: int) -> tuple[int, int]:
    return (1, shape[1]) if place == 2 else (shape[1], 1)

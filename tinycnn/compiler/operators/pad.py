"""PAD with the zero point, PADV2 with any value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.ir.graph import Attrs, Tensor
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Array4, Params
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.border import Border, lowest_value
from tinycnn.compiler.operators.shared.channel_rules import keep_first_apart
from tinycnn.compiler.operators.shared.channels import (
    ChannelRules,
    Known,
    Narrow,
    keep_all,
)
from tinycnn.compiler.operators.shared.memory_order import (
    LastReaders,
    MemoryOrder,
    Reads,
)
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.errors import InvalidModelError, UnsupportedModelError

__all__ = ["OPERATORS", "PadAttrs", "PadV2Attrs", "Padding", "read_padding"]

Padding = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class PadAttrs(Attrs):
    """Options: (before, after) for each dimension."""

    padding: Padding


@dataclass(frozen=True, slots=True)
class PadV2Attrs(Attrs):
    """Options: (before, after) for each dimension, and what is put there."""

    padding: Padding
    value: int


def read_padding(raw: RawOp) -> Padding:
    """Elements before and after each dimension, the second input.

    Raises:
        InvalidModelError: If they do not fit the first input.
    """
    rank = len(raw.input(0).shape)
    padding = raw.constant(1)
    if padding.shape != (rank, 2) or np.any(padding < 0):
        raise InvalidModelError(
            f"{raw.label}: expected paddings of shape ({rank}, 2), at least 0"
        )
    return tuple((int(b), int(a)) for b, a in padding)


def _read_pad(raw: RawOp) -> PadAttrs:
    return PadAttrs(read_padding(raw))


def _read_padv2(raw: RawOp) -> PadV2Attrs:
    value = raw.input(2)
    if value.data is None or value.dtype != "int8" or value.size != 1:
        raise UnsupportedModelError(
            f"{raw.label}: expected one constant int8 value, got {value.dtype} "
            f"{value.shape} '{value.name}'"
        )
    return PadV2Attrs(read_padding(raw), int(value.data.reshape(())))


def _check_pad(node: Node) -> None:
    node.check_inputs(2)
    _check(node, node.attrs(PadAttrs).padding)


def _check_padv2(node: Node) -> None:
    node.check_inputs(3)
    node.check_same_quant(node.check_int8(node.input(2)), node.int8_output())
    _check(node, node.attrs(PadV2Attrs).padding)


def _check(node: Node, padding: Padding) -> None:
    x, y = node.int8_input(), node.int8_output()
    if len(x.shape) > 4:
        node.refuse(f"expected at most 4 dimensions, got {x.shape}")
    node.check_same_quant(x, y)
    pairs = zip(x.shape, padding, strict=True)
    node.check_output_shape(tuple(d + before + after for d, (before, after) in pairs))


@dataclass(frozen=True, slots=True)
class PadParams(Params):
    """What the kernel takes: pad.h."""

    ctype = "tcnn_pad_params_t"
    input_shape: Array4
    before: Array4
    after: Array4
    value: int


def _lower_pad(lowering: Lowering, node: Node) -> None:
    _lower(lowering, node, node.attrs(PadAttrs).padding, node.output().zero_point)


def _lower_padv2(lowering: Lowering, node: Node) -> None:
    attrs = node.attrs(PadV2Attrs)
    _lower(lowering, node, attrs.padding, attrs.value)


def _lower(lowering: Lowering, node: Node, padding: Padding, value: int) -> None:
    x = node.input()
    missing = 4 - len(x.shape)
    padding = ((0, 0),) * missing + padding
    params = PadParams(
        input_shape=(1,) * missing + x.shape,
        before=tuple(before for before, _ in padding),
        after=tuple(after for _, after in padding),
        value=value,
    )
    lowering.call(node, "tcnn_pad_s8", params)


def _last_readers(node: Node, x: Tensor) -> LastReaders:
    """Elements are copied in order, the padding written between them."""
    y = node.output()
    window = tuple(
        slice(before, before + size)
        for (before, _), size in zip(node.attrs(PadAttrs).padding, x.shape, strict=True)
    )
    return np.arange(y.size, dtype=np.int64).reshape(y.shape)[window]


def _reads(node: Node, x: Tensor) -> Reads:
    """The output in order; where it is inside, the next input element."""
    inside = np.pad(np.ones(x.shape, bool), node.attrs(PadAttrs).padding)
    yield np.arange(x.size), np.flatnonzero(inside)


_ORDER = MemoryOrder(_last_readers, _reads)


def _find_needs(node: Node, known: Known) -> Narrow:
    """Rows and columns that are added leave channels apart."""
    is_mixed = any(node.attrs(PadAttrs).padding[-1])
    return keep_all(node) if is_mixed else keep_first_apart(node, known)


def _find_border(node: Node) -> Border | None:
    attrs, x, y = node.op.attrs, node.input(), node.output()
    assert isinstance(attrs, PadAttrs | PadV2Attrs)
    if len(attrs.padding) != 4 or x.quant != y.quant:
        return None
    batch, (top, bottom), (left, right), channels = attrs.padding
    if any(batch) or any(channels):
        return None
    value = attrs.value if isinstance(attrs, PadV2Attrs) else x.zero_point
    return Border(x, (top, left, bottom, right), value, lowest_value(node))


OPERATORS = (
    Operator(
        "PAD",
        34,
        _read_pad,
        _check_pad,
        _lower_pad,
        order=_ORDER,
        channels=ChannelRules(find_needs=_find_needs),
        find_border=_find_border,
    ),
    Operator(
        "PADV2", 60, _read_padv2, _check_padv2, _lower_padv2, find_border=_find_border
    ),
)

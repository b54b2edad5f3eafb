"""PAD with the zero point, PADV2 with any value."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import Attrs, Tensor
from tinycnn.compiler.ir.kernel import Kernel
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
from tinycnn.compiler.operators.shared.possible import possible_by_output
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


def _lower(lowering: Lowering, node: Node) -> None:
    x = node.input()
    missing = 4 - len(x.shape)
    _call(
        lowering,
        node,
        "tcnn_pad_s8",
        (1,) * missing + x.shape,
        ((0, 0),) * missing + _padding(node),
    )


def _call(
    lowering: Lowering, node: Node, function: str, shape: Array4, padding: Padding
) -> None:
    attrs = node.op.attrs
    params = PadParams(
        input_shape=shape,
        before=tuple(before for before, _ in padding),
        after=tuple(after for _, after in padding),
        value=(
            attrs.value if isinstance(attrs, PadV2Attrs) else node.output().zero_point
        ),
    )
    lowering.call(node, function, params)


def _padding(node: Node) -> Padding:
    attrs = node.op.attrs
    assert isinstance(attrs, PadAttrs | PadV2Attrs)
    return attrs.padding


def _blocks(node: Node, numerics: Numerics) -> Kernel:
    """Runs of elements and of padding by words, always exact."""
    shape, padding = _merge(node.input().shape, _padding(node))

    def lower(lowering: Lowering, node: Node) -> None:
        _call(lowering, node, "tcnn_pad_s8_dsp", shape, padding)

    run, rows = shape[3], math.prod(shape[:3])
    added = node.output().size - node.input().size
    # A word that begins elsewhere than at a multiple of four takes longer to load.
    stalls = 1.25 if run % 2 else 0.5 if run % 4 else 0.0
    copies = 62 + run // 16 * 17 + run % 16 * 0.6 + run // 4 * stalls
    return Kernel(
        function="tcnn_pad_s8_dsp",
        cycles=round(120 + rows * copies + added * 0.62),
        constant_bytes=0,
        scratch_bytes=0,
        lower=lower,
        code_bytes=450,
    )


def _merge(shape: tuple[int, ...], padding: Padding) -> tuple[Array4, Padding]:
    """The same in four dimensions, those without padding part of the one before.

    >>> _merge((8, 9, 4), ((1, 0), (0, 2), (0, 0)))
    ((1, 1, 8, 36), ((0, 0), (0, 0), (1, 0), (0, 8)))
    """
    sizes, pads = [1], [(0, 0)]
    for size, (before, after) in zip(shape, padding, strict=True):
        if sizes[-1] == 1 and pads[-1] == (0, 0):
            sizes[-1], pads[-1] = size, (before, after)
        elif before == after == 0:
            sizes[-1] *= size
            pads[-1] = (pads[-1][0] * size, pads[-1][1] * size)
        else:
            sizes.append(size)
            pads.append((before, after))
    missing = 4 - len(sizes)
    return (1,) * missing + tuple(sizes), ((0, 0),) * missing + tuple(pads)


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
    padding = _padding(node)
    if len(padding) != 4 or x.quant != y.quant:
        return None
    batch, (top, bottom), (left, right), channels = padding
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
        _lower,
        order=_ORDER,
        kernels=(_blocks,),
        channels=ChannelRules(find_needs=_find_needs),
        find_border=_find_border,
        count_possible=possible_by_output(0.7),
    ),
    Operator(
        "PADV2",
        60,
        _read_padv2,
        _check_padv2,
        _lower,
        kernels=(_blocks,),
        find_border=_find_border,
        count_possible=possible_by_output(0.7),
    ),
)

"""CONCATENATION and PACK: several tensors side by side in one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.ir.graph import Attrs, Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.channel_rules import keep_apart, shared_values
from tinycnn.compiler.operators.shared.channels import (
    ChannelRules,
    ChannelValues,
    Known,
    Masks,
    Narrow,
    keep_all,
    unknown,
)
from tinycnn.compiler.operators.shared.copy import (
    Box,
    Copy,
    Loop,
    copying,
    read_axis,
)
from tinycnn.compiler.operators.shared.copy_blocks import copying_blocks
from tinycnn.compiler.operators.shared.folding import (
    Folding,
    Values,
    constant_values,
)
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_by_output
from tinycnn.errors import UnsupportedModelError

__all__ = ["OPERATORS", "ConcatenationAttrs"]


@dataclass(frozen=True, slots=True)
class ConcatenationAttrs(Attrs):
    """Options of both kinds: the dimension of the output along which inputs lie."""

    axis: int


def _read_concatenation(raw: RawOp) -> ConcatenationAttrs:
    if raw.int8(1):
        raise UnsupportedModelError(
            f"{raw.label}: expected no fused activation, got {raw.int8(1)}"
        )
    return ConcatenationAttrs(read_axis(raw, raw.int32(0), len(raw.input(0).shape)))


def _read_pack(raw: RawOp) -> ConcatenationAttrs:
    rank = len(raw.input(0).shape) + 1
    return ConcatenationAttrs(read_axis(raw, raw.int32(1), rank))


def _check_concatenation(node: Node) -> None:
    axis = node.attrs(ConcatenationAttrs).axis
    shapes = [x.shape for x in _check_inputs(node)]
    others = {(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}
    if len(others) != 1 or len({len(shape) for shape in shapes}) != 1:
        node.invalid(f"expected inputs that differ on axis {axis} only, got {shapes}")
    size = sum(shape[axis] for shape in shapes)
    node.check_output_shape((*shapes[0][:axis], size, *shapes[0][axis + 1 :]))


def _check_pack(node: Node) -> None:
    axis = node.attrs(ConcatenationAttrs).axis
    shapes = [x.shape for x in _check_inputs(node)]
    if len(set(shapes)) != 1:
        node.invalid(f"expected inputs of one shape, got {shapes}")
    node.check_output_shape((*shapes[0][:axis], len(shapes), *shapes[0][axis:]))


def _check_inputs(node: Node) -> list[Tensor]:
    """The inputs: activations or constants, of the output's type and quantization."""
    node.check_inputs(len(node.op.inputs))
    y = node.int8_output()
    inputs = [node.input(i) for i in range(len(node.op.inputs))]
    for x in inputs:
        node.check_int8(x)
        node.check_same_quant(x, y)
    return inputs


def _find_copies(node: Node) -> tuple[Copy, ...]:
    """One an input: a run of elements for each index before the axis."""
    axis, y = node.attrs(ConcatenationAttrs).axis, node.output()
    outer = math.prod(y.shape[:axis])
    copies, offset = [], 0
    for number in range(len(node.op.inputs)):
        run = node.input(number).size // outer
        loops = (Loop(outer, run, y.size // outer), Loop(run, 1, 1))
        copies.append(Copy(Box(loops, output_offset=offset), source=number))
        offset += run
    return tuple(copies)


def _find_constant(node: Node, known: Known) -> ChannelValues:
    if not all(i in known for i in node.op.inputs):
        return unknown(node)
    parts = [known[i] for i in node.op.inputs]
    return (
        np.concatenate(parts)
        if _joins_channels(node)
        else shared_values(np.array(parts))
    )


def _find_needs(node: Node, known: Known) -> Narrow:
    """Along the last axis each input has channels of the output to itself."""
    inputs = node.op.inputs
    if not _joins_channels(node):
        return keep_apart(node, known)
    if not all(i in known for i in inputs):
        return keep_all(node)
    ends = np.cumsum([len(known[i]) for i in inputs])

    def narrow(masks: Masks) -> None:
        y = masks[node.output().id]
        for i, part in zip(inputs, np.split(y, ends[:-1]), strict=True):
            masks[i] &= part
        y &= np.concatenate([masks[i] for i in inputs])

    return narrow


def _joins_channels(node: Node) -> bool:
    return node.attrs(ConcatenationAttrs).axis == len(node.output().shape) - 1


def _fold_concatenation(op: RawOp) -> list[Values] | None:
    inputs = [constant_values(op, i) for i in range(len(op.inputs))]
    return None if op.int8(1) else [np.concatenate(inputs, op.int32(0))]


def _fold_pack(op: RawOp) -> list[Values]:
    inputs = [constant_values(op, i) for i in range(len(op.inputs))]
    return [np.stack(inputs, op.int32(1))]


OPERATORS = (
    Operator(
        "CONCATENATION",
        2,
        _read_concatenation,
        _check_concatenation,
        copying(_find_copies),
        kernels=(copying_blocks(_find_copies),),
        channels=ChannelRules(_find_constant, _find_needs),
        fold=Folding(_fold_concatenation, moves=True),
        options=10,
        count_possible=possible_by_output(0.7),
    ),
    Operator(
        "PACK",
        83,
        _read_pack,
        _check_pack,
        copying(_find_copies),
        kernels=(copying_blocks(_find_copies),),
        fold=Folding(_fold_pack, moves=True),
        options=59,
        count_possible=possible_by_output(0.7),
    ),
)

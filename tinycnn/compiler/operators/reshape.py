"""RESHAPE, SQUEEZE and EXPAND_DIMS: another shape for the same bytes, so no kernel."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from tinycnn.compiler.ir.graph import Op
from tinycnn.compiler.ir.node import Node, ShapeError
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.channel_rules import shared_values
from tinycnn.compiler.operators.shared.channels import (
    ChannelRules,
    ChannelValues,
    Known,
    Masks,
    Narrow,
    Shrinking,
    keep_all,
    unknown,
)
from tinycnn.compiler.operators.shared.folding import (
    FOLD_TO_SHAPE,
    Folding,
    Values,
    constant_values,
    whole_numbers,
)
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing

__all__ = ["OPERATORS"]


def _check_reshape(node: Node) -> None:
    wanted, x, y = node.optional_input(1), node.input(), node.output()
    if wanted is not None and wanted.data is not None and len(wanted.shape) == 1:
        shape = wanted.data.tolist()
        expected = _fill_in(shape, x.size)
        if y.shape != expected and not (shape == [0] and not y.shape):
            text = f"expected an output of shape {shape}, got {y.shape}"
            raise ShapeError(f"{node.label}: {text}", y, expected)
    _check(node)


def _fill_in(shape: list[int], size: int) -> tuple[int, ...]:
    """A shape of so many elements, -1 in it replaced by what is left for it."""
    rest = math.prod(d for d in shape if d != -1)
    left = size // rest if rest > 0 and size % rest == 0 else -1
    return tuple(left if d == -1 else d for d in shape)


def _check(node: Node) -> None:
    node.check_inputs(1, 2)
    x = node.check_activation(node.input(), "int8", "int32", "int64")
    y = node.check_activation(node.output(), x.dtype)
    if x.dtype == "int8":
        node.check_same_quant(x, y)
    if x.size != y.size:
        node.invalid(f"expected {x.size} elements, got {y.size} in shape {y.shape}")


def _check_unit_axes(node: Node) -> None:
    """Only dimensions of size 1 come or go."""
    _check(node)
    x, y = node.input().shape, node.output().shape
    if [size for size in x if size > 1] != [size for size in y if size > 1]:
        node.invalid(f"expected {x} but for dimensions of size 1, got {y}")


def _find_constant(node: Node, known: Known) -> ChannelValues:
    x, y = node.input(), node.output()
    if x.id not in known or not x.shape or not y.shape:
        return unknown(node)
    period = math.lcm(x.shape[-1], y.shape[-1])  # of elements, in both shapes
    return shared_values(np.resize(known[x.id], period).reshape(-1, y.shape[-1]))


def _find_needs(node: Node, known: Known) -> Narrow:
    """A channel goes with all the output channels that hold a pixel of it."""
    x, y = node.input(), node.output()
    if x.id not in known or not x.shape or not y.shape:
        return keep_all(node)
    period = math.lcm(x.shape[-1], y.shape[-1])  # of elements, in both shapes

    def narrow(masks: Masks) -> None:
        go = np.resize(masks[x.id], period) & np.resize(masks[y.id], period)
        masks[y.id] &= np.all(go.reshape(-1, y.shape[-1]), axis=0)
        masks[x.id] &= np.all(go.reshape(-1, x.shape[-1]), axis=0)

    return narrow


def _shrink(node: Node, shrinking: Shrinking) -> Op:
    """A constant shape no longer holds."""
    return replace(node.op, inputs=node.op.inputs[:1])


_CHANNELS = ChannelRules(_find_constant, _find_needs, _shrink)


def _fold_reshape(op: RawOp) -> list[Values]:
    is_given = len(op.inputs) > 1
    wanted = whole_numbers(op, 1) if is_given else list(op.output.shape)
    return [constant_values(op).reshape(wanted)]


OPERATORS = (
    Operator(
        "RESHAPE",
        22,
        read_nothing,
        _check_reshape,
        is_alias=True,
        channels=_CHANNELS,
        fold=Folding(_fold_reshape, moves=True),
    ),
    Operator(
        "SQUEEZE",
        43,
        read_nothing,
        _check_unit_axes,
        is_alias=True,
        channels=_CHANNELS,
        fold=FOLD_TO_SHAPE,
    ),
    Operator(
        "EXPAND_DIMS",
        70,
        read_nothing,
        _check_unit_axes,
        is_alias=True,
        channels=_CHANNELS,
        fold=FOLD_TO_SHAPE,
    ),
)

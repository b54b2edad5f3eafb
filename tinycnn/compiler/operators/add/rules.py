"""ADD and SUB: what a file may say, and the portable kernels."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import Multiplier, quantize_multiplier
from tinycnn.compiler.ir.graph import ClampedAttrs, Tensor
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.broadcast import (
    Broadcast,
    check_broadcast,
    find_broadcast,
    lower_binary,
)

__all__ = [
    "LEFT_SHIFT",
    "check",
    "count_add_cycles",
    "find_multipliers",
    "lower_add",
    "lower_sub",
]

LEFT_SHIFT = 20  # of tcnn_rescale_term


@dataclass(frozen=True, slots=True)
class AddTerm(Params):
    """The scale of an input or of the output: add.h."""

    ctype = "tcnn_add_term_t"
    zero_point: int
    multiplier: int
    shift: int


@dataclass(frozen=True, slots=True)
class AddParams(Params):
    """What the kernel for one shape takes: add.h."""

    ctype = "tcnn_add_params_t"
    size: int
    input1: AddTerm
    input2: AddTerm
    output: AddTerm
    clamp_min: int
    clamp_max: int


@dataclass(frozen=True, slots=True)
class AddBroadcastParams(Params):
    """What the kernel for unlike shapes takes: add.h."""

    ctype = "tcnn_add_broadcast_params_t"
    broadcast: Broadcast
    sign: int
    input1: AddTerm
    input2: AddTerm
    output: AddTerm
    clamp_min: int
    clamp_max: int


def check(node: Node) -> None:
    """Scales whose ratio the left shift has room for."""
    check_broadcast(node)
    a, b, y = node.input(0), node.input(1), node.int8_output()
    if 2 * max(a.scale, b.scale) >= (1 << LEFT_SHIFT) * y.scale:
        node.refuse_scales(f"the output scale {y.scale} is too small")


def lower_add(lowering: Lowering, node: Node) -> None:
    """A simpler kernel adds what is of one shape."""
    if node.input(0).shape != node.input(1).shape:
        _lower_terms(lowering, node, sign=1)
        return
    clamp = node.attrs(ClampedAttrs).clamp
    params = AddParams(node.output().size, *_terms(node), *clamp)
    lower_binary(lowering, node, "tcnn_add_s8", params)


def count_add_cycles(node: Node) -> int:
    """Of the portable kernels."""
    is_alike = node.input(0).shape == node.input(1).shape
    return (60 if is_alike else 140) * node.output().size


def lower_sub(lowering: Lowering, node: Node) -> None:
    """ADD with the second term's sign turned."""
    _lower_terms(lowering, node, sign=-1)


def _lower_terms(lowering: Lowering, node: Node, *, sign: int) -> None:
    clamp = node.attrs(ClampedAttrs).clamp
    params = AddBroadcastParams(find_broadcast(node), sign, *_terms(node), *clamp)
    lower_binary(lowering, node, "tcnn_add_broadcast_s8", params)


def find_multipliers(node: Node) -> tuple[Multiplier, Multiplier, Multiplier]:
    """Those of both terms, to twice the larger of their scales, and of the sum."""
    a, b, y = node.input(0), node.input(1), node.output()
    twice_largest = 2.0 * max(a.scale, b.scale)
    return (
        quantize_multiplier(a.scale / twice_largest),
        quantize_multiplier(b.scale / twice_largest),
        quantize_multiplier(twice_largest / ((1 << LEFT_SHIFT) * y.scale)),
    )


def _terms(node: Node) -> tuple[AddTerm, AddTerm, AddTerm]:
    """The scales of both terms and the sum."""
    first, second, output = find_multipliers(node)
    return (
        _term(node.input(0), first),
        _term(node.input(1), second),
        _term(node.output(), output),
    )


def _term(tensor: Tensor, multiplier: Multiplier) -> AddTerm:
    return AddTerm(tensor.zero_point, multiplier.value, multiplier.shift)

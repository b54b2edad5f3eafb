"""ADD, SUB, MUL, MAXIMUM and MINIMUM of two tensors; one may be a constant."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import (
    Multiplier,
    float32_multiplier,
    quantize_multiplier,
    rescaling_multiplier,
)
from tinycnn.compiler.ir.graph import Attrs, Tensor
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.program import Param
from tinycnn.compiler.operators.activation import Clamp, clamp_params, read_clamp
from tinycnn.compiler.operators.broadcast import broadcast_params, check_broadcast
from tinycnn.compiler.operators.operator import Operator, RawOp, no_macs, read_nothing

__all__ = ["ADD", "MAXIMUM", "MINIMUM", "MUL", "SUB", "BinaryAttrs", "add_multipliers"]

_LEFT_SHIFT = 20  # of tcnn_rescale_term


@dataclass(frozen=True, slots=True)
class BinaryAttrs(Attrs):
    """Options; `clamp` is the int8 range of the fused activation."""

    clamp: Clamp


def _read(raw: RawOp) -> BinaryAttrs:
    return BinaryAttrs(read_clamp(raw, raw.int8(0)))


def _check_add(node: Node) -> None:
    check_broadcast(node)
    a, b, y = node.input(0), node.input(1), node.int8_output()
    if 2 * max(a.scale, b.scale) >= (1 << _LEFT_SHIFT) * y.scale:
        node.refuse(f"the output scale {y.scale} is too small")


def _check_mul(node: Node) -> None:
    check_broadcast(node)
    a, b, y = node.input(0), node.input(1), node.int8_output()
    node.check_headroom(float32_multiplier(a.scale, b.scale, y.scale), 255 * 255)


def _check_extremum(node: Node) -> None:
    check_broadcast(node)
    for number in (0, 1):
        node.check_same_quant(node.input(number), node.int8_output())


def _lower_add(lowering: Lowering, node: Node) -> None:
    if node.input(0).shape != node.input(1).shape:
        _lower_terms(lowering, node, {"sign": 1})
        return
    params: dict[str, Param] = {"size": node.output().size, **_terms(node)}
    _call(lowering, node, "tcnn_add_s8", "tcnn_add_params_t", params)


def _lower_sub(lowering: Lowering, node: Node) -> None:
    _lower_terms(lowering, node, {"sign": -1})


def _lower_terms(lowering: Lowering, node: Node, sign: dict[str, Param]) -> None:
    params = {"broadcast": broadcast_params(node), **sign, **_terms(node)}
    function, params_type = "tcnn_add_broadcast_s8", "tcnn_add_broadcast_params_t"
    _call(lowering, node, function, params_type, params)


def _lower_mul(lowering: Lowering, node: Node) -> None:
    a, b, y = node.input(0), node.input(1), node.output()
    multiplier = rescaling_multiplier(a.scale, b.scale, y.scale, lowering.numerics)
    params: dict[str, Param] = {
        "broadcast": broadcast_params(node),
        "input1_zero_point": a.zero_point,
        "input2_zero_point": b.zero_point,
        "output_zero_point": y.zero_point,
        "multiplier": multiplier.value,
        "shift": multiplier.shift,
        **clamp_params(node.attrs(BinaryAttrs).clamp),
    }
    _call(lowering, node, "tcnn_mul_s8", "tcnn_mul_params_t", params)


def _lower_extremum(lowering: Lowering, node: Node) -> None:
    function, params = f"tcnn_{node.op.kind.lower()}_s8", broadcast_params(node)
    _call(lowering, node, function, "tcnn_broadcast_t", params)


def add_multipliers(node: Node) -> tuple[Multiplier, Multiplier, Multiplier]:
    """Those of both terms, to twice the larger of their scales, and of the sum."""
    a, b, y = node.input(0), node.input(1), node.output()
    twice_largest = 2.0 * max(a.scale, b.scale)
    return (
        quantize_multiplier(a.scale / twice_largest),
        quantize_multiplier(b.scale / twice_largest),
        quantize_multiplier(twice_largest / ((1 << _LEFT_SHIFT) * y.scale)),
    )


def _terms(node: Node) -> dict[str, Param]:
    """The scales of ADD and SUB."""
    first, second, output = add_multipliers(node)
    return {
        "input1": _term(node.input(0), first),
        "input2": _term(node.input(1), second),
        "output": _term(node.output(), output),
        **clamp_params(node.attrs(BinaryAttrs).clamp),
    }


def _term(tensor: Tensor, multiplier: Multiplier) -> dict[str, Param]:
    return {
        "zero_point": tensor.zero_point,
        "multiplier": multiplier.value,
        "shift": multiplier.shift,
    }


def _call(
    lowering: Lowering,
    node: Node,
    function: str,
    params_type: str,
    params: dict[str, Param],
) -> None:
    """A call whose two operands are activations or tables, in the node's order."""
    operands = (lowering.operand(node, 0), lowering.operand(node, 1))
    lowering.call(node, function, params_type, params, *operands, inputs=())


ADD = Operator("ADD", 0, _read, _check_add, _lower_add, no_macs)
SUB = Operator("SUB", 41, _read, _check_add, _lower_sub, no_macs)
MUL = Operator("MUL", 18, _read, _check_mul, _lower_mul, no_macs)
MAXIMUM = Operator(
    "MAXIMUM", 55, read_nothing, _check_extremum, _lower_extremum, no_macs
)
MINIMUM = Operator(
    "MINIMUM", 57, read_nothing, _check_extremum, _lower_extremum, no_macs
)
